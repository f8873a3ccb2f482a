/** In the order of their cost. */
const PROJECTS = ['unit', 'slow', 'integration', 'e2e'] as const;

export interface ChosenProjects {
  readonly projects: readonly string[];
  /** The arguments without `--project`. */
  readonly rest: readonly string[];
}

/** Takes `--project NAME` and `--project=NAME` out of the arguments; none: all projects. */
export function chosenProjects(args: readonly string[]): ChosenProjects {
  const chosen: string[] = [];
  const rest: string[] = [];
  let isName = false;
  for (const arg of args) {
    if (isName) chosen.push(arg);
    else if (arg.startsWith('--project=')) chosen.push(arg.slice('--project='.length));
    else if (arg !== '--project' && arg !== '--') rest.push(arg);
    isName = !isName && arg === '--project';
  }
  return { projects: chosen.length === 0 ? PROJECTS : chosen, rest };
}
