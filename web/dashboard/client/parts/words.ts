import { catalogue } from '../words.ts';

export const t = catalogue({
  en: {
    copied: 'Copied',
    copy: ', copy',
    more: 'Load more',
    nothing: 'Nothing here yet.',
    cancel: 'Cancel',
    requestId: 'Request',
    tryAgain: 'Try again',
    failed: 'That did not work',
    loading: 'Loading',
    all: 'All',
    actions: 'Actions',
    close: 'Close',
    log: 'Log',
    logOf: 'of request {id}',
    timeline: 'Timeline',
    filters: 'Filters',
    clear: 'Clear filters',
    apply: 'Apply',
    any: 'Any',
    remove: 'Remove',
    currency: 'Currency',
    tooPrecise: 'Write an amount such as {example}.',
  },
});
