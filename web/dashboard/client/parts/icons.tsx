// Pictures of the dashboard, drawn with the colour of the text around them. They say nothing that words do not.

import type { ReactNode } from 'react';

const shapes = {
  overview: <path d="M4 19V9m5 10V5m5 14v-7m5 7V8" />,
  payments: <path d="M3 8h18M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Zm2 10h4" />,
  balances: <path d="M4 10h16L12 4 4 10Zm2 0v8m4-8v8m4-8v8m4-8v8M3 20h18" />,
  disputes: <path d="M12 4 3 20h18L12 4Zm0 6v4m0 3v.01" />,
  customers: <path d="M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-6 9a6 6 0 0 1 12 0m1-16a4 4 0 0 1 0 7m2 3a6 6 0 0 1 3 6" />,
  billing: <path d="M20 11a8 8 0 0 0-14-5L4 8m0-4v4h4m-4 5a8 8 0 0 0 14 5l2-2m0 4v-4h-4" />,
  products: <path d="M12 3 4 7v10l8 4 8-4V7l-8-4Zm-8 4 8 4 8-4m-8 4v10" />,
  developers: <path d="m8 8-4 4 4 4m8-8 4 4-4 4M13 5l-2 14" />,
  settings: (
    <path d="M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm8-3 2-1-2-4-2 1-2-1V5h-4v2L10 8 8 7 6 11l2 1-2 1 2 4 2-1 2 1v2h4v-2l2-1 2 1 2-4-2-1Z" />
  ),
  search: <path d="M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4 4" />,
  copy: <path d="M9 9h10v10H9zM5 15V5h10" />,
  check: <path d="m5 12 5 5 9-10" />,
  down: <path d="m6 9 6 6 6-6" />,
  sun: (
    <path d="M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-14v2m0 16v2M2 12h2m16 0h2M5 5l1.5 1.5M17.5 17.5 19 19M19 5l-1.5 1.5M6.5 17.5 5 19" />
  ),
  moon: <path d="M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10Z" />,
  out: <path d="M14 4h5v16h-5M4 12h11m-4-4 4 4-4 4" />,
  person: <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8a7 7 0 0 1 14 0" />,
  plus: <path d="M12 5v14M5 12h14" />,
  download: <path d="M12 4v11m-4-4 4 4 4-4M4 20h16" />,
  columns: <path d="M4 5h16v14H4zM10 5v14m5-14v14" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

export const Icon = ({ name, size = 18 }: { name: IconName; size?: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.8"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    {shapes[name]}
  </svg>
);
