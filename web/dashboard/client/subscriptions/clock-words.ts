import { catalogue } from '../words.ts';

export const t = catalogue({
  en: {
    title: 'Test clock',
    text: 'Sandbox only. This customer lives by a time of their own, which you move: renewals, trials and retries happen as if it had passed.',
    none: 'This customer lives by the real time.',
    create: 'Give them a test clock',
    start: 'Begins at',
    startHint: 'In the past only while they have no subscription.',
    name: 'Name',
    created: 'The test clock is made.',
    time: 'It is',
    status: 'Status',
    advance: 'Advance to',
    advanceVerb: 'Advance',
    day: '+ 1 day',
    week: '+ 1 week',
    month: '+ 1 month',
    progress: 'On the way from {from} to {to}',
    moments: 'one moment at which something was due|{count} moments at which something was due',
    failed: 'It stopped: {error}',
    arrived: 'Last advance: {count}.',
    complete: 'Complete it',
    completeText: 'The clock is not moved any more, and the subscriptions that live by it end. This cannot be undone.',
    completed: 'The clock is completed.',
    id: 'Id',
  },
});
