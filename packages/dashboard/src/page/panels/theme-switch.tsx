import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { readPreference, writePreference } from '../edges/preferences.ts';
import { Icon, type IconName } from '../parts/icon.tsx';

const THEMES = ['auto', 'light', 'dark'] as const;

type Theme = (typeof THEMES)[number];

const ICONS: Readonly<Record<Theme, IconName>> = { auto: 'auto', light: 'sun', dark: 'moon' };

/** Puts the reader's choice of light and dark on the document; `auto` follows the system. */
export function applyStoredTheme(): Theme {
  const theme = readPreference('theme', THEMES, 'auto');
  apply(theme);
  return theme;
}

/** Goes round: as the system has it, light, dark. */
export function ThemeSwitch(): JSX.Element {
  const theme = useSignal<Theme>(readPreference('theme', THEMES, 'auto'));
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Colours: ${theme.value}. Change.`}
      title={`Colours: ${theme.value}`}
      onClick={() => {
        const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto';
        theme.value = next;
        writePreference('theme', next);
        apply(next);
      }}
    >
      <Icon name={ICONS[theme.value]} />
    </button>
  );
}

function apply(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}
