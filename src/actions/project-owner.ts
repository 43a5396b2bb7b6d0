import { problem } from '../model/diagnostic.js';
import { TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import { LABEL } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import type { World } from './world.js';

/** The project that a command is about, as far as it decides whose containers are its own. */
export interface Claimant {
  readonly name: string;
  /** Absolute real path. */
  readonly directory: string;
  /** The user named the project: with `-p`, a variable, or in the file. */
  readonly isNamed: boolean;
}

/**
 * Tells whether the project's containers were made from this directory. Two directories of one name must not take each
 * other's containers by accident; a name that somebody gave is no accident, and a directory that is gone has moved
 * (decisions 2). The `working_dir` label follows when a container is next recreated.
 */
export class ProjectOwner {
  readonly #world: World;
  readonly #project: Claimant;
  readonly #control: Control;
  #hasWarned = false;

  constructor(world: World, project: Claimant, control: Control) {
    this.#world = world;
    this.#project = project;
    this.#control = control;
  }

  /** Before containers are changed. Warns once where they were made from a directory that is gone. Throws `project-elsewhere`. */
  async claim(containers: readonly ObservedContainer[]): Promise<void> {
    const other = this.#findOther(containers);
    if (!other) return;
    const { name, directory } = this.#project;
    if (other.exists) {
      throw new TsfigError(
        'project-elsewhere',
        `the project ${name} belongs to ${other.directory}, not to ${directory}`,
        {
          hint: `give this one another name with -p, or take the other one down first; if they are one project, -p ${name} says so`,
        },
      );
    }
    await this.#warn(
      'project-moved',
      `the project ${name} was in ${other.directory}, which is gone; now it is in ${directory}`,
    );
  }

  /** Before containers are shown. Warns once where they were made from another directory. */
  async mention(containers: readonly ObservedContainer[]): Promise<void> {
    const other = this.#findOther(containers);
    if (!other) return;
    const { name, directory } = this.#project;
    await this.#warn(
      'project-moved',
      `these containers of the project ${name} were made from ${other.directory}, not from ${directory}`,
    );
  }

  /** Another directory that containers were made from. One that is gone counts until the first container has followed. */
  #findOther(containers: readonly ObservedContainer[]): { directory: string; exists: boolean } | null {
    const { files } = this.#world.host;
    const { directory, isNamed } = this.#project;
    if (isNamed) return null;
    const from = [...new Set(containers.flatMap(({ labels }) => labels[LABEL.workingDir] ?? []))];
    const others = from.filter((each) => files.realPath(each) !== directory);
    const present = others.find((each) => files.kindOf(each).kind === 'directory');
    if (present !== undefined) return { directory: present, exists: true };
    const [gone] = others;
    return gone === undefined || others.length < from.length ? null : { directory: gone, exists: false };
  }

  async #warn(code: string, message: string): Promise<void> {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    await this.#control.emit({
      kind: 'warning',
      diagnostic: { ...problem(code, message), severity: 'warning' },
    });
  }
}
