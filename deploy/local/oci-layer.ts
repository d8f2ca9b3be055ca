/**
 * The file system of an image: from a description to a tar.
 *
 * All entries are first laid out as one list of items, later ones over earlier ones. What an image holds is known then
 * without writing it, and nothing depends on the umask or on the times of files.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, matchesGlob, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

/** A part of the file system. Paths are absolute and those of the image, except `from`. Missing parents get mode 755. */
export type LayerEntry =
  | {
      readonly kind: 'tree';
      readonly path: string;
      readonly from: string;
      /** Globs of what is left out, relative to `from`: a folder's name stands for all below it. */
      readonly omit?: readonly string[];
    }
  | Item;

type Item =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly from: string;
      readonly mode: number;
    }
  | {
      readonly kind: 'text';
      readonly path: string;
      readonly text: string;
      readonly mode: number;
    }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number };

/** Every file, link and folder of the layer, parents before what is in them. */
export async function itemsOf(entries: readonly LayerEntry[]): Promise<Item[]> {
  const items = new Map<string, Item>();
  for (const entry of entries) {
    const parts = entry.kind === 'tree' ? await treeOf(entry, '') : [entry];
    for (const part of parts) add(items, { ...part, path: checked(part.path) });
  }
  return [...items.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** Names what the items hold, without writing them. */
export async function layerDigest(items: readonly Item[]): Promise<string> {
  const hash = createHash('sha256');
  for (const item of items) {
    const content = item.kind === 'file' ? { from: await digestOfFile(item.from) } : {};
    hash.update(JSON.stringify({ ...item, ...content }));
  }
  return hash.digest('hex');
}

/** Writes the items below `root`, which is made, with exactly their modes. */
export async function stage(items: readonly Item[], root: string): Promise<void> {
  await mkdir(root);
  await chmod(root, 0o755);
  for (const item of items) await write(item, join(root, item.path));
  // Last, because a folder may be one that even its owner cannot write to.
  for (const item of items.toReversed()) {
    if (item.kind === 'folder') await chmod(join(root, item.path), item.mode);
  }
}

/** Names below `folder`, or options, as one tar whose bytes depend on nothing but what is in the files. */
export async function tar(file: string, folder: string, what: readonly string[]): Promise<void> {
  const same = ['--format=ustar', '--sort=name', '--mtime=@0', '--owner=0', '--group=0'];
  const options = [...same, '--numeric-owner', `--directory=${folder}`];
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  await promisify(execFile)('tar', ['--create', `--file=${file}`, ...options, ...what], { env });
}

export async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function treeOf(tree: LayerEntry & { kind: 'tree' }, below: string): Promise<Item[]> {
  const items: Item[] = [];
  for (const name of (await readdir(join(tree.from, below))).toSorted()) {
    const relative = posix.join(below, name);
    if (tree.omit?.some((glob) => matchesGlob(relative, glob)) === true) continue;
    const from = join(tree.from, relative);
    const path = posix.join(tree.path, relative);
    const status = await lstat(from);
    const mode = status.mode & 0o7777;
    if (status.isSymbolicLink()) items.push({ kind: 'link', path, target: await readlink(from) });
    else if (status.isFile()) items.push({ kind: 'file', path, from, mode });
    else if (status.isDirectory()) {
      items.push({ kind: 'folder', path, mode }, ...(await treeOf(tree, relative)));
    } else {
      throw new Error(`cannot put ${from} into an image: it is no file, folder or symbolic link`);
    }
  }
  return items;
}

function add(items: Map<string, Item>, item: Item): void {
  const parent = dirname(item.path);
  if (parent !== '/') {
    const there = items.get(parent);
    if (there === undefined) add(items, { kind: 'folder', path: parent, mode: 0o755 });
    else if (there.kind !== 'folder') {
      throw new Error(`cannot put ${item.path} into an image: ${parent} is a ${there.kind}`);
    }
  }
  items.set(item.path, item);
}

function checked(path: string): string {
  if (path === posix.normalize(path) && path.startsWith('/') && path.length > 1) return path;
  throw new Error(`cannot put ${path} into an image: a path is absolute and in its shortest form`);
}

async function write(item: Item, to: string): Promise<void> {
  switch (item.kind) {
    case 'folder':
      return mkdir(to, { mode: 0o700 });
    case 'link':
      return symlink(item.target, to);
    case 'text':
      await writeFile(to, item.text);
      return chmod(to, item.mode);
    case 'file':
      await copyFile(item.from, to);
      return chmod(to, item.mode);
  }
}
