/**
 * Container images without a registry: an archive that a container runtime imports.
 *
 * An archive is a tar of an image layout as the OCI image specification has it (image-layout.md): `oci-layout`,
 * `index.json`, and blobs that are named by their digests. The index leads to the manifest (manifest.md), and that one to
 * the config (config.md) and one layer (layer.md). The layer is not compressed, because importing is then faster and the
 * archive never travels. The same description and files give the same bytes.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfFile, itemsOf, type LayerEntry, layerDigest, stage, tar } from './oci-layer.ts';

export interface Image {
  /** Fully qualified and with a tag, `docker.io/local/web:1`: a runtime looks for exactly these. */
  readonly names: readonly [string, ...string[]];
  readonly layer: readonly LayerEntry[];
  readonly config: ImageConfig;
}

export interface ImageConfig {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `uid:gid` in numbers works without a passwd file. */
  readonly user?: string;
  readonly workingDir?: string;
  /** TCP ports. */
  readonly exposedPorts?: readonly number[];
  readonly stopSignal?: string;
}

/** A blob as others refer to it (descriptor.md). */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const MEDIA_TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** Raised when the same description comes to other bytes than before. */
const FORMAT = 1;
const NAME = /^[a-z0-9.-]*[.:][a-z0-9.:-]*\/[a-z0-9._/-]+:[\w.-]+$/;

/** The image's archive in this folder, which is written unless it is there with the same content. */
export async function ensureArchive(
  image: Image,
  folder: string,
  say: (line: string) => void,
): Promise<string> {
  const { names, config } = image;
  const layer = await layerDigest(await itemsOf(image.layer));
  const content = JSON.stringify([FORMAT, names, config, platform(), layer]);
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const [, short] = shortName(names[0]);
  const file = join(folder, `${short}-${digest}.tar`);
  if (existsSync(file)) return file;
  say(`  writing image ${names[0]}`);
  await mkdir(folder, { recursive: true });
  await writeArchive(image, file);
  return file;
}

/** Whoever looks for `file` meanwhile sees the whole archive or none. */
export async function writeArchive(image: Image, file: string): Promise<void> {
  const tags = image.names.map((name) => shortName(name)[0]);
  const work = await mkdtemp(`${file}.`);
  try {
    const layout = join(work, 'layout');
    const blobs = join(layout, 'blobs/sha256');
    await mkdir(blobs, { recursive: true });
    const layer = await addLayer(blobs, image.layer, work);
    const config = await addJson(blobs, MEDIA_TYPES.config, configOf(image.config, layer));
    const manifest = await addJson(blobs, MEDIA_TYPES.manifest, {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.manifest,
      config,
      layers: [layer],
    });
    // Runtimes take the full name from containerd's annotation; that of the specification holds the tag.
    const manifests = image.names.map((name, index) => ({
      ...manifest,
      platform: platform(),
      annotations: {
        'io.containerd.image.name': name,
        'org.opencontainers.image.ref.name': tags[index],
      },
    }));
    const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests };
    await writeFile(join(layout, 'index.json'), JSON.stringify(index));
    await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    const archive = join(work, 'archive.tar');
    await tar(archive, layout, ['--mode=u=rwX,go=rX', 'oci-layout', 'index.json', 'blobs']);
    await rename(archive, file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function addLayer(
  blobs: string,
  entries: readonly LayerEntry[],
  work: string,
): Promise<Descriptor> {
  const root = join(work, 'root');
  const file = join(work, 'layer.tar');
  await stage(await itemsOf(entries), root);
  await tar(file, root, ['.']);
  const hash = await digestOfFile(file);
  const { size } = await stat(file);
  await rename(file, join(blobs, hash));
  return { mediaType: MEDIA_TYPES.layer, digest: `sha256:${hash}`, size };
}

async function addJson(blobs: string, mediaType: string, value: object): Promise<Descriptor> {
  const content = Buffer.from(JSON.stringify(value));
  const hash = createHash('sha256').update(content).digest('hex');
  await writeFile(join(blobs, hash), content);
  return { mediaType, digest: `sha256:${hash}`, size: content.length };
}

/** As config.md has it; what is undefined is left out. The diff ID is the digest of the layer before compression. */
function configOf(config: ImageConfig, layer: Descriptor): object {
  const { env, exposedPorts } = config;
  return {
    ...platform(),
    config: {
      User: config.user,
      ExposedPorts:
        exposedPorts && Object.fromEntries(exposedPorts.map((port) => [`${port}/tcp`, {}])),
      Env: env && Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Entrypoint: config.entrypoint,
      Cmd: config.cmd,
      WorkingDir: config.workingDir,
      StopSignal: config.stopSignal,
    },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  };
}

/** Architectures have the names that Go gives them. */
function platform(): { architecture: string; os: string } {
  if (process.arch === 'x64') return { architecture: 'amd64', os: 'linux' };
  if (process.arch === 'arm64') return { architecture: 'arm64', os: 'linux' };
  throw new Error(`cannot write images for ${process.arch}: they are made for x64 and arm64`);
}

/** Tag of a name, and what its archive is called. */
function shortName(name: string): [tag: string, short: string] {
  if (!NAME.test(name)) {
    throw new Error(
      `cannot write image ${name}: its name needs a registry and a tag, as in docker.io/local/web:1`,
    );
  }
  const [image = '', tag = ''] = name.slice(name.lastIndexOf('/') + 1).split(':');
  return [tag, `${image}-${tag}`];
}
