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
  return {
    // The message's own id makes a repeat after a lost answer recognisable to the receiver.
    async send({ to, subject, text, message_id }) {
      // Loaded with the first message: an installation without mail does not carry it.
      transport ??= connect();
      await (await transport).sendMail({ from, to: { name: '', address: to }, subject, text, messageId: message_id });
    },
  };
}
