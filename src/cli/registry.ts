/** The registry, as commands use it. */

import { Registry } from '../nfs/registry.ts';
import type { Settings } from './settings.ts';

export async function withRegistry<T>(
  settings: Settings,
  act: (registry: Registry) => Promise<T>,
): Promise<T> {
  const registry = Registry.open(settings.registry());
  try {
    return await act(registry);
  } finally {
    await registry.close();
  }
}
