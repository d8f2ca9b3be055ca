import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ensureArchive, type Image, writeArchive } from '../../../deploy/local/oci.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openmcp-oci-'));
  mkdirSync(join(folder, 'tree/bin'), { recursive: true });
  mkdirSync(join(folder, 'tree/share/doc'), { recursive: true });
  writeFileSync(join(folder, 'tree/bin/tool'), 'a tool');
  chmodSync(join(folder, 'tree/bin/tool'), 0o755);
  symlinkSync('tool', join(folder, 'tree/bin/alias'));
  writeFileSync(join(folder, 'tree/share/doc/README'), 'words');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function image(changes: Partial<Image> = {}): Image {
  return {
    names: ['docker.io/local/web:1', 'docker.io/local/web:latest'],
    layer: [
      { kind: 'tree', path: '/usr', from: join(folder, 'tree'), omit: ['share/doc'] },
      { kind: 'file', path: '/web', from: join(folder, 'tree/bin/tool'), mode: 0o555 },
      { kind: 'text', path: '/etc/passwd', text: 'root:x:0:0::/:/\n', mode: 0o644 },
      { kind: 'link', path: '/bin', target: 'usr/bin' },
      { kind: 'folder', path: '/tmp', mode: 0o1777 },
      { kind: 'folder', path: '/locked', mode: 0o555 },
    ],
    config: {
      entrypoint: ['/web'],
      cmd: ['--port', '80'],
      env: { PATH: '/bin' },
      user: '65532:65532',
      workingDir: '/tmp',
      exposedPorts: [80],
    },
    ...changes,
  };
}

async function archive(what = image(), name = 'image.tar'): Promise<string> {
  const file = join(folder, name);
  await writeArchive(what, file);
  return file;
}

/** The archive as files, and a way from a descriptor to its blob that checks digest and size. */
function unpacked(file: string) {
  const layout = join(folder, 'layout');
  mkdirSync(layout);
  execFileSync('tar', ['-xf', file, '-C', layout]);
  const blob = ({ digest, size }: { digest: string; size: number }) => {
    const content = readFileSync(join(layout, 'blobs', digest.replace(':', '/')));
    expect(`sha256:${createHash('sha256').update(content).digest('hex')}`).toBe(digest);
    expect(content.length).toBe(size);
    return content;
  };
  const json = (name: string) => JSON.parse(readFileSync(join(layout, name), 'utf8'));
  const index = json('index.json');
  const manifest = JSON.parse(blob(index.manifests[0]).toString());
  return { layout, blob, json, index, manifest };
}

/** Mode, owner, path and target of each entry, as tar shows them. */
function listed(content: Buffer): string[] {
  const lines = execFileSync('tar', ['-tvf', '-', '--numeric-owner', '--utc'], { input: content });
  return lines
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +\d+ 1970-01-01 00:00/, ''));
}

describe('an archive', () => {
  it('is an image layout whose index names the image', async () => {
    const { json, index, blob } = unpacked(await archive());

    expect(json('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
    expect(index).toMatchObject({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
    });
    expect(index.manifests.map(({ annotations }: { annotations: object }) => annotations)).toEqual([
      {
        'io.containerd.image.name': 'docker.io/local/web:1',
        'org.opencontainers.image.ref.name': '1',
      },
      {
        'io.containerd.image.name': 'docker.io/local/web:latest',
        'org.opencontainers.image.ref.name': 'latest',
      },
    ]);
    for (const descriptor of index.manifests) {
      expect(descriptor.mediaType).toBe('application/vnd.oci.image.manifest.v1+json');
      blob(descriptor);
    }
  });

  it('leads from the manifest to the config and the layer, and holds nothing else', async () => {
    const { layout, blob, manifest } = unpacked(await archive());

    expect(manifest.config.mediaType).toBe('application/vnd.oci.image.config.v1+json');
    expect(manifest.layers).toMatchObject([
      { mediaType: 'application/vnd.oci.image.layer.v1.tar' },
    ]);
    expect(JSON.parse(blob(manifest.config).toString())).toEqual({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: {
        User: '65532:65532',
        ExposedPorts: { '80/tcp': {} },
        Env: ['PATH=/bin'],
        Entrypoint: ['/web'],
        Cmd: ['--port', '80'],
        WorkingDir: '/tmp',
      },
      rootfs: { type: 'layers', diff_ids: [manifest.layers[0].digest] },
    });
    blob(manifest.layers[0]);
    expect(readdirSync(join(layout, 'blobs/sha256'))).toHaveLength(3);
  });

  it('has a layer with exactly the modes, owners and links described', async () => {
    const { blob, manifest } = unpacked(await archive());

    expect(listed(blob(manifest.layers[0]))).toEqual([
      'drwxr-xr-x 0/0 ./',
      'lrwxrwxrwx 0/0 ./bin -> usr/bin',
      'drwxr-xr-x 0/0 ./etc/',
      '-rw-r--r-- 0/0 ./etc/passwd',
      'dr-xr-xr-x 0/0 ./locked/',
      'drwxrwxrwt 0/0 ./tmp/',
      'drwxr-xr-x 0/0 ./usr/',
      'drwxr-xr-x 0/0 ./usr/bin/',
      'lrwxrwxrwx 0/0 ./usr/bin/alias -> tool',
      '-rwxr-xr-x 0/0 ./usr/bin/tool',
      'drwxr-xr-x 0/0 ./usr/share/',
      '-r-xr-xr-x 0/0 ./web',
    ]);
  });

  it('has the same bytes whenever and under whatever umask it is written', async () => {
    const first = readFileSync(await archive(image(), 'first.tar'));
    const umask = process.umask(0o077);
    const second = readFileSync(
      await archive(image(), 'second.tar').finally(() => process.umask(umask)),
    );

    expect(second.equals(first)).toBe(true);
    expect(readdirSync(folder).toSorted()).toEqual(['first.tar', 'second.tar', 'tree']);
  });

  it.each([
    { wrong: { names: ['web:1'] as const }, says: 'needs a registry and a tag' },
    { wrong: { names: ['docker.io/local/web'] as const }, says: 'needs a registry and a tag' },
    { wrong: { layer: [{ kind: 'folder', path: '/../tmp', mode: 0 }] as const }, says: 'absolute' },
    {
      wrong: {
        layer: [
          { kind: 'link', path: '/bin', target: 'usr/bin' },
          { kind: 'text', path: '/bin/sh', text: '', mode: 0 },
        ] as const,
      },
      says: '/bin is a link',
    },
  ])('is refused when $says', async ({ wrong, says }) => {
    await expect(archive(image(wrong))).rejects.toThrow(says);
  });
});

describe('ensureArchive', () => {
  const ensure = async (what: Image) => {
    const said: string[] = [];
    const file = await ensureArchive(what, join(folder, 'archives'), (line) => said.push(line));
    return { file, said };
  };

  it('writes an archive once, and a new one when a file changes', async () => {
    const first = await ensure(image());
    const written = statSync(first.file).mtimeMs;
    const again = await ensure(image());
    writeFileSync(join(folder, 'tree/bin/tool'), 'another');
    const changed = await ensure(image());

    expect(first.said).toEqual(['  writing image docker.io/local/web:1']);
    expect(again).toEqual({ file: first.file, said: [] });
    expect(statSync(first.file).mtimeMs).toBe(written);
    expect(changed.file).not.toBe(first.file);
  });

  it('does not care about what is left out', async () => {
    const first = await ensure(image());
    writeFileSync(join(folder, 'tree/share/doc/README'), 'other words');

    expect(await ensure(image())).toEqual({ file: first.file, said: [] });
  });
});
