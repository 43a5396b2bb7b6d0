import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/model/plan.js';
import { tasksOf } from '../../../src/render/tasks.js';
import { attach, CHANGED, create, plan, pull, remove, rename, replacement, start, stop, wait } from './plans.js';

const titles = (of: Plan): string[] =>
  tasksOf(of).map(({ title, quiet, rescue }) => `${title}${quiet ? ' (quiet)' : ''}${rescue ? ' (rescue)' : ''}`);

describe('the tasks of a plan', () => {
  it('make creating, attaching to and starting one container one task', () => {
    const steps = [
      pull('nginx', 'web'),
      create('shop_web_1'),
      attach('shop_web_1'),
      start('shop_web_1'),
      wait('shop_web_1'),
    ];
    expect(tasksOf(plan(steps))).toMatchInlineSnapshot(`
      [
        {
          "kind": "pull",
          "name": "web",
          "quiet": false,
          "rescue": false,
          "stepIds": [
            "pull nginx",
          ],
          "title": "Pulling web (nginx)",
          "verb": "Pulling",
        },
        {
          "kind": "container",
          "name": "shop_web_1",
          "quiet": false,
          "rescue": false,
          "stepIds": [
            "create shop_web_1",
            "attach shop_web_1",
            "start shop_web_1",
          ],
          "title": "Creating shop_web_1",
          "verb": "Creating",
        },
        {
          "kind": "wait",
          "name": "shop_web_1",
          "quiet": false,
          "rescue": false,
          "stepIds": [
            "wait for shop_web_1",
          ],
          "title": "Waiting for shop_web_1 to be ready",
          "verb": "Waiting for",
        },
      ]
    `);
  });

  it('make a replacement one task with its reason, and putting back another', () => {
    expect(titles(replacement())).toMatchInlineSnapshot(`
      [
        "Recreating shop_db_1 (command changed)",
        "Removing the old shop_db_1 (quiet)",
        "Putting shop_db_1 back (rescue)",
      ]
    `);
  });

  it('call it recreating when the old one is renamed, whatever the reason', () => {
    const steps = [rename('shop_web_1', 'shop_web_1_replaced'), create('shop_web_1', { code: 'asked-for' })];
    expect(titles(plan(steps))).toEqual(['Recreating shop_web_1 (asked for)']);
  });

  it('call it recreating when an earlier replacement had set the old one aside, or it had another name', () => {
    const again = [create('shop_web_1', { code: 'asked-for' }), start('shop_web_1'), remove('shop_web_1_replaced')];
    expect(titles(plan(again))[0]).toBe('Recreating shop_web_1 (asked for)');
    const foreign = { code: 'foreign' } as const;
    const other = [rename('shop-web-1', 'shop_web_1_replaced', foreign), create('shop_web_1', foreign)];
    expect(titles(plan(other))).toEqual(['Recreating shop_web_1 (was made by another tool)']);
  });

  it('keep stopping and removing apart when nothing is created', () => {
    expect(titles(plan([stop('shop_web_1'), remove('shop_web_1')]))).toEqual([
      'Stopping shop_web_1',
      'Removing shop_web_1',
    ]);
  });

  it('show the removal of a leftover before a container of that name is created', () => {
    const steps = [remove('shop_job_once'), create('shop_job_once', { code: 'asked-for' }), start('shop_job_once')];
    expect(titles(plan(steps))).toEqual(['Removing shop_job_once', 'Creating shop_job_once']);
  });

  it('say that an interrupted replacement is put back', () => {
    const steps = [rename('shop_web_1_replaced', 'shop_web_1', { code: 'interrupted' }), start('shop_web_1')];
    expect(titles(plan(steps))).toEqual(['Putting shop_web_1 back', 'Starting shop_web_1']);
  });

  it('hold every step exactly once', () => {
    const all = plan([pull('a', 'web'), create('shop_web_1', CHANGED), stop('shop_old_1'), remove('shop_old_1')]);
    const ids = tasksOf(all).flatMap(({ stepIds }) => stepIds);
    expect(ids.toSorted()).toEqual(all.steps.map(({ id }) => id).toSorted());
  });
});
