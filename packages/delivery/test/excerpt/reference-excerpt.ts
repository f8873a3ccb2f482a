type Path = readonly string[];

/** What paths allow of a parsed body, written to be read: `undefined` where it is nothing. */
export function referenceExcerpt(value: unknown, paths: readonly Path[]): unknown {
  if (typeof value !== 'object' || value === null) {
    return paths.some((path) => path.length === 0) ? value : undefined;
  }
  return Array.isArray(value) ? listOf(value, paths) : objectOf(value, paths);
}

function listOf(items: readonly unknown[], paths: readonly Path[]): unknown {
  const shown = items.map((item, index) =>
    referenceExcerpt(
      item,
      below(paths, (step) => step === '*' || step === String(index)),
    ),
  );
  const last = shown.findLastIndex((item) => item !== undefined);
  if (last < 0) return undefined;
  return shown.slice(0, last + 1).map((item) => (item === undefined ? null : item));
}

function objectOf(value: object, paths: readonly Path[]): unknown {
  const members = Object.entries(value).flatMap(([name, inner]) => {
    const shown = referenceExcerpt(
      inner,
      below(paths, (step) => step === name && name !== '*'),
    );
    return shown === undefined ? [] : [[name, shown] as const];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function below(paths: readonly Path[], isStep: (step: string) => boolean): readonly Path[] {
  return paths.filter(([first]) => first !== undefined && isStep(first)).map(([, ...rest]) => rest);
}
