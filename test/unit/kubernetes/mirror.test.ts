import { describe, expect, it } from '@jest/globals';
import { type Change, mirror } from '../../../src/kubernetes/mirror.ts';
import type { KubeObject } from '../../../src/kubernetes/object.ts';

function object(name: string, uid: string, resourceVersion: string, size = 1): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'a', name, uid, resourceVersion },
    spec: { size },
  };
}

/** "uid@version"; objects labelled `skip` are not kept. */
function digest({ metadata }: KubeObject): string | null {
  const version = `${metadata.uid}@${metadata.resourceVersion}`;
  return metadata.labels?.['skip'] === 'yes' ? null : version;
}

function watched() {
  const told: string[] = [];
  const emit = ({ type, key, object: now, before }: Change<string>): void => {
    told.push(`${type} ${key} ${now}${before === null ? '' : ` was ${before}`}`);
  };
  return { told, mirror: mirror(digest, emit) };
}

function relist(to: ReturnType<typeof watched>, ...objects: KubeObject[]): void {
  const list = to.mirror.relist();
  for (const item of objects) list.add(item);
  list.end();
}

describe('mirror', () => {
  it('tells what the first list finds as added', () => {
    const world = watched();
    relist(world, object('x', '1', '10'), object('y', '2', '11'));

    expect(world.told).toEqual(['added a/x 1@10', 'added a/y 2@11']);
    expect([...world.mirror.store]).toEqual([
      ['a/x', '1@10'],
      ['a/y', '2@11'],
    ]);
  });

  it('finds by a later list what was deleted, changed, and left alone meanwhile', () => {
    const world = watched();
    relist(
      world,
      object('gone', '1', '10'),
      object('changed', '2', '11'),
      object('same', '3', '12'),
    );
    world.told.length = 0;

    relist(world, object('changed', '2', '20'), object('same', '3', '12'));

    expect(world.told).toEqual([
      'deleted a/gone 1@10 was 1@10',
      'modified a/changed 2@20 was 2@11',
    ]);
  });

  it('takes a name that was deleted and made again for two objects', () => {
    const world = watched();
    relist(world, object('x', '1', '10'));
    world.told.length = 0;

    relist(world, object('x', '2', '20'));

    expect(world.told).toEqual(['deleted a/x 1@10 was 1@10', 'added a/x 2@20']);
  });

  it('does the same when a watch brings the second one', () => {
    const world = watched();
    world.mirror.upsert(object('x', '1', '10'));
    world.mirror.upsert(object('x', '2', '20'));

    expect(world.told).toEqual(['added a/x 1@10', 'deleted a/x 1@10 was 1@10', 'added a/x 2@20']);
  });

  it('drops an object whose digest becomes null, once', () => {
    const world = watched();
    const skipped = object('x', '1', '11');
    world.mirror.upsert(object('x', '1', '10'));
    const hidden = { ...skipped, metadata: { ...skipped.metadata, labels: { skip: 'yes' } } };
    world.mirror.upsert(hidden);
    world.mirror.upsert(hidden);
    world.mirror.remove(hidden);

    expect(world.told).toEqual(['added a/x 1@10', 'deleted a/x 1@10 was 1@10']);
    expect(world.mirror.store.size).toBe(0);
  });

  it('changes nothing for a list that does not end', () => {
    const world = watched();
    relist(world, object('x', '1', '10'));
    world.told.length = 0;
    world.mirror.relist().add(object('y', '2', '20'));

    expect(world.told).toEqual([]);
    expect([...world.mirror.store.keys()]).toEqual(['a/x']);
  });
});
