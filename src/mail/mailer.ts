// Hands one message to the mail server of the settings. Must never log a message: its text holds links that open doors.

import type { Mailer } from '../operation/context.ts';

export function openMailer(smtp_url: string, from: string): Mailer {
  const connect = async () =>
    (await import('nodemailer')).createTransport({
      url: smtp_url,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  let transport: ReturnType<typeof connect> | undefined;
  const ours = addressOf(from);
  return {
    // The message's own id makes a repeat after a lost answer recognisable to the receiver.
    async send({ to, subject, text, html, from_name, reply_to, message_id }) {
      // Loaded with the first message: an installation without mail does not carry it.
      transport ??= connect();
      await (await transport).sendMail({
        // The address stays the installation's own, which its domain vouches for; only the name before it is the merchant's.
        from: from_name === undefined ? from : { name: from_name, address: ours },
        to: { name: '', address: to },
        subject,
        text,
        messageId: message_id,
        // No out-of-office answers (RFC 3834).
        headers: { 'Auto-Submitted': 'auto-generated' },
        ...(html === undefined ? {} : { html }),
        ...(reply_to === undefined ? {} : { replyTo: { name: '', address: reply_to } }),
      });
    },
  };
}

/** `Florin <mail@example.com>` → `mail@example.com`. */
const addressOf = (from: string): string => /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim();
