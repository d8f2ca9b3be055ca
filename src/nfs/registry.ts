/**
 * The registry of clusters, in the tree that the original used:
 *
 *     openmcp/<openmcpIP>/master/config/config              kubeconfig of the hub
 *     openmcp/<openmcpIP>/members/unjoin/<ip>/config/config  registered, may join
 *     openmcp/<openmcpIP>/members/join/<ip>/config/config    joined: the folder is moved
 */

import { isIP } from 'node:net';
import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { clusterNameOf } from '../kubernetes/kubeconfig.ts';
import { openStore, type RegistryStore } from './registry-store.ts';

export type Membership = 'join' | 'unjoin';

export interface RegisteredMember {
  readonly ip: string;
  readonly clusterName: string;
}

export class Registry {
  readonly #store: RegistryStore;

  constructor(store: RegistryStore) {
    this.#store = store;
  }

  static open(address: string): Registry {
    return new Registry(openStore(address));
  }

  async registerMaster(ip: string, kubeconfig: string): Promise<void> {
    const folder = masterFolder(ip);
    if (await this.#store.exists(`${folder}/config/config`)) {
      throw new OpenMcpError(
        ErrorCode.Conflict,
        `cannot register ${ip}: Already Registered OpenMCP`,
      );
    }
    for (const each of ['join', 'unjoin'] as const)
      await this.#store.makeFolders(membersFolder(ip, each));
    await this.#write(folder, kubeconfig);
  }

  async registerMember(openmcpIp: string, ip: string, kubeconfig: string): Promise<void> {
    await this.#needMaster(openmcpIp);
    const refuse = (why: string) => {
      throw new OpenMcpError(ErrorCode.Conflict, `cannot register ${ip}: ${why}`);
    };
    if (ip === openmcpIp) {
      throw new OpenMcpError(
        ErrorCode.Rejected,
        `cannot register ${ip}: it is the OpenMCP master itself`,
      );
    }
    if (await this.#store.exists(memberFolder(openmcpIp, 'unjoin', ip)))
      refuse('it is registered already');
    if (await this.#store.exists(memberFolder(openmcpIp, 'join', ip)))
      refuse('it is joined already');
    await this.#write(memberFolder(openmcpIp, 'unjoin', ip), kubeconfig);
  }

  async listMembers(openmcpIp: string, membership: Membership): Promise<RegisteredMember[]> {
    await this.#needMaster(openmcpIp);
    const addresses = await this.#store.list(membersFolder(openmcpIp, membership));
    const members = await Promise.all(
      addresses.toSorted().map(async (ip) => {
        const kubeconfig = await this.#store.readText(
          `${memberFolder(openmcpIp, membership, ip)}/config/config`,
        );
        return kubeconfig === null ? [] : [{ ip, clusterName: nameIn(kubeconfig) }];
      }),
    );
    return members.flat();
  }

  /** Joined or not; null when nobody registered it. */
  async findMember(
    openmcpIp: string,
    ip: string,
  ): Promise<(RegisteredMember & { membership: Membership; kubeconfig: string }) | null> {
    for (const membership of ['unjoin', 'join'] as const) {
      const kubeconfig = await this.#store.readText(
        `${memberFolder(openmcpIp, membership, ip)}/config/config`,
      );
      if (kubeconfig !== null)
        return { ip, membership, kubeconfig, clusterName: nameIn(kubeconfig) };
    }
    return null;
  }

  /** Already there is success: a retry finds what the first try did. */
  async moveMember(openmcpIp: string, ip: string, to: Membership): Promise<void> {
    const source = memberFolder(openmcpIp, to === 'join' ? 'unjoin' : 'join', ip);
    const target = memberFolder(openmcpIp, to, ip);
    if (await this.#store.exists(target)) return;
    if (!(await this.#store.exists(source))) {
      throw new OpenMcpError(
        ErrorCode.NotFound,
        `cannot move ${ip} to ${to}: it is not registered`,
      );
    }
    await this.#store.move(source, target);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #write(folder: string, kubeconfig: string): Promise<void> {
    await this.#store.makeFolders(`${folder}/config`);
    await this.#store.writeText(`${folder}/config/config`, kubeconfig);
  }

  async #needMaster(ip: string): Promise<void> {
    if (await this.#store.exists(`${masterFolder(ip)}/config/config`)) return;
    throw new OpenMcpError(
      ErrorCode.NotFound,
      `cannot find OpenMCP master ${ip} in the registry: run openmcp register openmcp there first`,
    );
  }
}

/** An address becomes the name of a folder, so it must be one. */
function checked(ip: string): string {
  if (isIP(ip) !== 0 || /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/i.test(ip)) return ip;
  throw new OpenMcpError(
    ErrorCode.Rejected,
    `cannot use "${ip}": it is not an IP address or a host name`,
  );
}

function masterFolder(ip: string): string {
  return `openmcp/${checked(ip)}/master`;
}

function membersFolder(openmcpIp: string, membership: Membership): string {
  return `openmcp/${checked(openmcpIp)}/members/${membership}`;
}

function memberFolder(openmcpIp: string, membership: Membership, ip: string): string {
  return `${membersFolder(openmcpIp, membership)}/${checked(ip)}`;
}

function nameIn(kubeconfig: string): string {
  try {
    return clusterNameOf(kubeconfig);
  } catch {
    return '(unreadable kubeconfig)';
  }
}
