// The start: theme, query layer, router. Everything else is a page.

import './library-styles.ts';
import './style.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { Refusal } from './data/request.ts';
import { ToastArea } from './parts/toast.tsx';
import { styleNonce } from './place.ts';
import { router } from './routes.tsx';

// The library that holds the page still behind a dialog makes a style element, too, and asks here for the nonce.
Object.assign(window, { __webpack_nonce__: styleNonce });

const theme = createTheme({
  // Its two shades of buttons hold white text at more than 4.5 to 1.
  colors: {
    sea: ['#e3f6f9', '#cfe9ee', '#a3d3dd', '#74bccb', '#4fa9bc', '#3a9db3', '#2b97ae', '#1b7387', '#0a6d80', '#075a6b'],
  },
  primaryColor: 'sea',
  primaryShade: { light: 8, dark: 7 },
  defaultRadius: 'md',
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // The head of a dialog is no second banner of the page.
    Modal: { defaultProps: { attributes: { header: { role: 'presentation' } } } },
  },
});

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays one; only what may pass by itself is asked again.
      retry: (count, error) =>
        count < 2 && error instanceof Refusal && (error.problem.status === 0 || error.problem.status >= 500),
    },
  },
});

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
        <ToastArea />
      </QueryClientProvider>
    </MantineProvider>,
  );
}
