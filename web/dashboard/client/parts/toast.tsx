// A word at the edge of the screen when something was done. It is read out and goes by itself; nothing important is said here alone.

import { Notification } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { t } from './words.ts';

type Toast = { id: number; text: string };
let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(changed: readonly Toast[]): void {
  toasts = changed;
  for (const listener of listeners) listener();
}

const drop = (id: number) => set(toasts.filter((toast) => toast.id !== id));

export function toast(text: string): void {
  const id = next++;
  set([...toasts, { id, text }]);
  setTimeout(() => drop(id), 5_000);
}

export function ToastArea() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text }) => (
        <Notification
          key={id}
          color="sea"
          withBorder
          onClose={() => drop(id)}
          closeButtonProps={{ 'aria-label': t('close') }}
        >
          {text}
        </Notification>
      ))}
    </div>
  );
}
