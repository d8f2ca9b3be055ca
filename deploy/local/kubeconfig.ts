/** Kubeconfigs of the fleet, with the names that the seeds use. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { API_PORT, type ClusterPlace } from './settings.ts';

export function serverOf({ address }: Pick<ClusterPlace, 'address'>): string {
  return `https://${address}:${API_PORT}`;
}

interface Entry {
  readonly place: ClusterPlace;
  /** Folder with the certificates. */
  readonly folder: string;
  /** Name of the certificate to sign in with; `admin` for people. */
  readonly certificate: string;
  /** Where the API server is, if elsewhere than others see it. */
  readonly address?: string;
}

/** Self-contained: no files are referred to, so it can be copied. */
export function writeKubeconfig(file: string, entries: readonly Entry[]): void {
  const [first] = entries;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: entries.map(({ place, folder, address = place.address }) => ({
      name: place.name,
      cluster: {
        server: serverOf({ address }),
        'certificate-authority-data': encoded(folder, 'ca.crt'),
      },
    })),
    users: entries.map(({ place, folder, certificate }) => ({
      name: `${place.name}-${certificate}`,
      user: {
        'client-certificate-data': encoded(folder, `${certificate}.crt`),
        'client-key-data': encoded(folder, `${certificate}.key`),
      },
    })),
    contexts: entries.map(({ place, certificate }) => ({
      name: place.name,
      context: { cluster: place.name, user: `${place.name}-${certificate}` },
    })),
    'current-context': first?.place.name ?? '',
    preferences: {},
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
}

function encoded(folder: string, name: string): string {
  return readFileSync(join(folder, name)).toString('base64');
}
