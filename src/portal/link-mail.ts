// Two short mails about a customer's own address: to the new one, with the link that makes it theirs, and to the old one, so that nobody
// takes it over unseen. The link to sign in by is a letter like others (src/notifications).

import type { Tx } from '../db/db.ts';
import { postMail } from '../mail/mail.ts';
import { localeFor } from '../notifications/messages.ts';
import type { Ctx } from '../operation/context.ts';

type Words = { subject: string; confirm: string; told_subject: string; told: string };

const en: Words = {
  subject: 'Confirm your new email address',
  confirm:
    'You asked {merchant} to write to this address from now on. Open this link to confirm it. It works once, for an hour:\n\n{url}\n\nIf this was not you, do nothing: nothing changes.',
  told_subject: 'A new email address for your account',
  told: 'Somebody, you perhaps, asked {merchant} to write to another address from now on. It counts once it is confirmed there. If this was not you, tell {merchant}.',
};

const words: Record<string, Words> = {
  en,
  de: {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    confirm:
      'Sie haben {merchant} gebeten, künftig an diese Adresse zu schreiben. Öffnen Sie zur Bestätigung diesen Link. Er gilt einmal, eine Stunde lang:\n\n{url}\n\nWaren Sie das nicht, müssen Sie nichts tun: Es ändert sich nichts.',
    told_subject: 'Eine neue E-Mail-Adresse für Ihr Konto',
    told: 'Jemand, vielleicht Sie selbst, hat {merchant} gebeten, künftig an eine andere Adresse zu schreiben. Sie gilt, sobald sie dort bestätigt ist. Waren Sie das nicht, sagen Sie es {merchant}.',
  },
  fr: {
    subject: 'Confirmez votre nouvelle adresse e-mail',
    confirm:
      'Vous avez demandé à {merchant} de vous écrire désormais à cette adresse. Ouvrez ce lien pour la confirmer. Il fonctionne une fois, pendant une heure :\n\n{url}\n\nSi ce n’était pas vous, ne faites rien : rien ne change.',
    told_subject: 'Une nouvelle adresse e-mail pour votre compte',
    told: 'Quelqu’un, peut-être vous, a demandé à {merchant} d’écrire désormais à une autre adresse. Elle comptera une fois confirmée. Si ce n’était pas vous, prévenez {merchant}.',
  },
  es: {
    subject: 'Confirma tu nueva dirección de correo',
    confirm:
      'Pediste a {merchant} que te escriba a esta dirección a partir de ahora. Abre este enlace para confirmarla. Funciona una vez, durante una hora:\n\n{url}\n\nSi no fuiste tú, no hagas nada: nada cambia.',
    told_subject: 'Una nueva dirección de correo para tu cuenta',
    told: 'Alguien, quizá tú, pidió a {merchant} que escriba a otra dirección a partir de ahora. Contará cuando se confirme allí. Si no fuiste tú, avisa a {merchant}.',
  },
  ar: {
    subject: 'أكّد عنوان بريدك الإلكتروني الجديد',
    confirm:
      'طلبت من {merchant} مراسلتك على هذا العنوان من الآن فصاعدًا. افتح هذا الرابط لتأكيده. يعمل مرة واحدة ولمدة ساعة:\n\n{url}\n\nإن لم تكن أنت من طلب ذلك، فلا تفعل شيئًا: لن يتغير شيء.',
    told_subject: 'عنوان بريد إلكتروني جديد لحسابك',
    told: 'طلب أحدهم، وربما أنت، من {merchant} المراسلة على عنوان آخر من الآن فصاعدًا. يصبح ساريًا عند تأكيده هناك. إن لم تكن أنت، فأخبر {merchant}.',
  },
};

type Change = { to: string; from: string | null; url: string; language: string | null };

export async function postEmailChange(ctx: Ctx, tx: Tx, { to, from, url, language }: Change): Promise<void> {
  const { env, account } = ctx;
  const [tag = 'en'] = localeFor(language).split('-');
  const say = words[tag] ?? en;
  // One line: a name with a line break would write the mail anew.
  const merchant = account.merchant_name.replaceAll(/\s+/g, ' ');
  const fill = (text: string) => text.replaceAll('{merchant}', () => merchant).replaceAll('{url}', () => url);
  const common = { account_id: account.account_id, from_name: merchant };
  await postMail(env, tx, { ...common, to, subject: fill(say.subject), text: `${fill(say.confirm)}\n` });
  if (from !== null)
    await postMail(env, tx, { ...common, to: from, subject: fill(say.told_subject), text: `${fill(say.told)}\n` });
}
