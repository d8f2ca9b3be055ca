/**
 * The registry of clusters, in the tree that the original used:
 *
 *     openmcp/<openmcpIP>/master/config/config              kubeconfig of the hub
 *     openmcp/<openmcpIP>/members/unjoin/<ip>/config/config  registered, may join
 *     openmcp/<openmcpIP>/members/join/<ip>/config/config    joined: the folder is moved
 *
 * A cluster is registered once its kubeconfig is there; folders alone are what a crash left.
 */

import { codeOf, ErrorCode, OpenMcpError } from '../api/errors.ts';
import { clusterNameOf } from '../kubernetes/kubeconfig.ts';
import { isAddress } from './registry-address.ts';
import { openStore, type RegistryStore } from './registry-store.ts';

export type Membership = 'join' | 'unjoin';

export interface RegisteredMember {
  readonly ip: string;
  /** As its kubeconfig calls it; null when that cannot be read. */
  readonly clusterName: string | null;
}

export interface FoundMember extends RegisteredMember {
  readonly membership: Membership;
  readonly kubeconfig: string;
}

export interface Registering {
  /** Puts the kubeconfig in the place of one that is there; a joined member keeps its name. */
  readonly overwrite?: boolean;
}

export class Registry {
  readonly #store: RegistryStore;

  constructor(store: RegistryStore) {
    this.#store = store;
  }

  static open(address: string): Registry {
    return new Registry(openStore(address));
  }

  async registerMaster(
    ip: string,
    kubeconfig: string,
    { overwrite = false }: Registering = {},
  ): Promise<void> {
    const folder = masterFolder(ip);
    if (!overwrite && (await this.#isRegistered(folder)))
      refuse(ip, `Already Registered OpenMCP; ${ANEW}`);
    for (const each of ['join', 'unjoin'] as const)
      await this.#store.makeFolders(membersFolder(ip, each));
    await this.#write(folder, kubeconfig);
  }

  /** Refuses an address or a name that another member has already. */
  async registerMember(
    openmcpIp: string,
    ip: string,
    kubeconfig: string,
    { overwrite = false }: Registering = {},
  ): Promise<void> {
    await this.#needMaster(openmcpIp);
    if (ip === openmcpIp) {
      throw new OpenMcpError(
        ErrorCode.Rejected,
        `cannot register ${ip}: it is the OpenMCP master itself; give the kubeconfig of the member`,
      );
    }
    const name = clusterNameOf(kubeconfig);
    const before = await this.findMember(openmcpIp, ip);
    if (before !== null) refuseReplacing(before, name, overwrite);
    await this.#refuseTwin(openmcpIp, ip, name);
    await this.#write(memberFolder(openmcpIp, before?.membership ?? 'unjoin', ip), kubeconfig);
  }

  async #refuseTwin(openmcpIp: string, ip: string, name: string): Promise<void> {
    for (const membership of ['join', 'unjoin'] as const) {
      const members = await this.listMembers(openmcpIp, membership);
      const twin = members.find((each) => each.clusterName === name && each.ip !== ip);
      if (twin !== undefined)
        refuse(ip, `${twin.ip} is called ${name} too; rename the cluster in the kubeconfig`);
    }
  }

  async listMembers(openmcpIp: string, membership: Membership): Promise<RegisteredMember[]> {
    await this.#needMaster(openmcpIp);
    const names = await this.#store.list(membersFolder(openmcpIp, membership));
    const members = await Promise.all(
      names
        // File servers and people leave other things there: lost+found, .nfs0001.
        .filter(isAddress)
        .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
        .map((ip) => this.#read(openmcpIp, membership, ip)),
    );
    return members.flatMap((found) =>
      found === null ? [] : [{ ip: found.ip, clusterName: found.clusterName }],
    );
  }

  /** Joined or not; null when nobody registered it. */
  async findMember(openmcpIp: string, ip: string): Promise<FoundMember | null> {
    const read = (membership: Membership) => this.#read(openmcpIp, membership, ip);
    // Once more at the end: it may have been moved back between the two looks.
    return (await read('unjoin')) ?? (await read('join')) ?? (await read('unjoin'));
  }

  /** Already there is success: a retry finds what the first try did. */
  async moveMember(openmcpIp: string, ip: string, to: Membership): Promise<void> {
    const source = memberFolder(openmcpIp, to === 'join' ? 'unjoin' : 'join', ip);
    const target = memberFolder(openmcpIp, to, ip);
    if (await this.#isRegistered(target)) return;
    try {
      if (!(await this.#isRegistered(source))) {
        throw new OpenMcpError(
          ErrorCode.NotFound,
          `cannot move ${ip} to ${to}: it is not registered`,
        );
      }
      await this.#store.makeFolders(membersFolder(openmcpIp, to));
      await this.#store.move(source, target);
    } catch (error) {
      // Another mover may have been faster.
      const isMoved = codeOf(error) === ErrorCode.NotFound && (await this.#isRegistered(target));
      if (!isMoved) throw error;
    }
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #read(openmcpIp: string, membership: Membership, ip: string): Promise<FoundMember | null> {
    const folder = memberFolder(openmcpIp, membership, ip);
    const kubeconfig = await this.#store.readText(`${folder}/config/config`);
    if (kubeconfig === null) return null;
    return { ip, membership, kubeconfig, clusterName: nameIn(kubeconfig) };
  }

  async #write(folder: string, kubeconfig: string): Promise<void> {
    await this.#store.makeFolders(`${folder}/config`);
    await this.#store.writeText(`${folder}/config/config`, kubeconfig);
  }

  #isRegistered(folder: string): Promise<boolean> {
    return this.#store.exists(`${folder}/config/config`);
  }

  async #needMaster(ip: string): Promise<void> {
    if (await this.#isRegistered(masterFolder(ip))) return;
    throw new OpenMcpError(
      ErrorCode.NotFound,
      `cannot find OpenMCP master ${ip} in the registry: run openmcp register openmcp there first`,
    );
  }
}

const ANEW = 'add --overwrite to put this kubeconfig in the place of the one there';

function refuse(ip: string, why: string): never {
  throw new OpenMcpError(ErrorCode.Conflict, `cannot register ${ip}: ${why}`);
}

function refuseReplacing(before: FoundMember, name: string, overwrite: boolean): void {
  const { ip, membership, clusterName } = before;
  const isJoined = membership === 'join';
  if (!overwrite) refuse(ip, `it is ${isJoined ? 'joined' : 'registered'} already; ${ANEW}`);
  if (isJoined && clusterName !== name)
    refuse(ip, `it is joined under the name ${clusterName}; let it leave first`);
}

function checked(ip: string): string {
  if (isAddress(ip)) return ip;
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

function nameIn(kubeconfig: string): string | null {
  try {
    return clusterNameOf(kubeconfig);
  } catch {
    return null;
  }
}
