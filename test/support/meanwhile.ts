/** Something that goes on while a test does another thing. */

/** Does `act` again and again until it is told to stop. */
export function meanwhile(act: () => Promise<unknown>): { stop(): Promise<void> } {
  const going = { on: true };
  const ended = (async () => {
    while (going.on) await act();
  })();
  return {
    stop() {
      going.on = false;
      return ended;
    },
  };
}
