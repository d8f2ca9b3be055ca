/** Waiting for the world to come to look as asserted, without a sleep that hopes. */

const EVERY_MS = 50;

/** Retries until the assertion holds; then, or with its last failure after `timeoutMs`, it returns. */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  timeoutMs = 15_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}
