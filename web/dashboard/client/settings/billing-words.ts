import { catalogue } from '../words.ts';

export const t = catalogue({
  en: {
    title: 'When a renewal cannot be charged',
    text: 'A failed payment of a subscription is tried again by this schedule. A new card is tried at once.',
    days: 'Days between tries',
    daysHint: 'Such as 2, 5, 7, 7. At most eight tries, 1 to 60 days apart. Empty: it is not tried again.',
    daysWrong: 'Write at most eight whole numbers from 1 to 60, with commas between them.',
    first: 'The renewal fails',
    try: 'Try {place}, one day after it|Try {place}, {count} days after it',
    thenCancel: 'Then the subscription is cancelled',
    thenRest: 'Then it stays past due and rests',
    after: 'After the last try',
    cancel: 'Cancel the subscription',
    keep: 'Keep it past due, without more tries',
    hard: 'Declines that will not change, such as a stolen card, end the tries at once. What is scheduled already stays as it is.',
    readOnly: 'Your role may look, but not change this.',
    save: 'Save',
    saved: 'The billing settings are saved.',
  },
});
