// French; the keys are those of en.ts.

import type { Messages } from '../messages.ts';

export const fr: Messages = {
  footer_why: 'Vous recevez cet e-mail parce que vous êtes client de {merchant}.',
  footer_reply: 'Une question ? Répondez simplement à cet e-mail.',
  sandbox: 'Bac à sable : aucun argent réel n’est débité.',

  reference: 'Référence',
  payment_method: 'Moyen de paiement',
  card_plain: 'Carte',
  bitcoin: 'Bitcoin',
  quantity: '{name} × {quantity}',
  subtotal: 'Sous-total',
  discount: 'Remise',
  tax: 'Taxe',
  tax_included: 'Dont taxe',
  credit: 'Votre crédit',
  total: 'Total',
  date: 'Date',
  period: 'Période',
  invoice_number: 'Facture',
  plan: 'Formule',
  price_every: '{amount} / {interval}',

  receipt_subject: 'Votre reçu de {merchant}',
  receipt_heading: 'Merci pour votre paiement',
  receipt_text: '{merchant} a reçu votre paiement de {amount} le {date}.',
  amount_paid: 'Payé',

  refund_subject: 'Votre remboursement de {merchant}',
  refund_heading: 'Vous avez été remboursé',
  refund_text: '{merchant} vous a remboursé {amount}.',
  refund_when: 'Le montant peut mettre 5 à 10 jours à apparaître sur votre relevé.',
  amount_refunded: 'Remboursé',
  original_payment: 'Paiement d’origine',

  issued_subject: 'Facture {number} de {merchant}',
  issued_heading: 'Votre nouvelle facture',
  issued_text:
    'Voici votre facture de {merchant}. Le montant est débité de votre carte enregistrée ; vous n’avez rien à faire.',
  issued_nothing_due: 'Voici votre facture de {merchant}. Il n’y a rien à payer.',
  amount_due: 'Montant dû',
  view_invoice: 'Voir la facture',

  sent_text: 'Voici votre facture de {merchant}. Merci de la régler au plus tard le {date}.',
  due_on: 'À payer avant le',
  due_soon_subject: 'La facture {number} de {merchant} est à régler le {date}',
  due_soon_heading: 'Votre facture arrive à échéance',
  due_soon_text: 'La facture {number} de {merchant}, d’un montant de {amount}, est à régler le {date}.',
  overdue_subject: 'La facture {number} de {merchant} est en retard de paiement',
  overdue_heading: 'Votre facture est en retard de paiement',
  overdue_text:
    'La facture {number} de {merchant}, d’un montant de {amount}, était à régler le {date}. Merci de la régler maintenant.',
  reminder_paid: 'Si vous l’avez réglée entre-temps, vous n’avez rien à faire.',

  paid_subject: 'La facture {number} de {merchant} est payée',
  paid_heading: 'Votre facture est payée',
  paid_text: '{merchant} a reçu {amount} pour la facture {number}.',
  paid_nothing: 'La facture {number} de {merchant} est réglée. Il n’y avait rien à payer.',

  failed_subject: 'Votre paiement à {merchant} n’a pas abouti',
  failed_heading: 'Votre paiement n’a pas abouti',
  failed_text: '{merchant} n’a pas pu débiter {amount} pour {product}.',
  failed_why_declined: 'Votre banque a refusé le paiement.',
  failed_why_funds: 'Le solde de votre carte est insuffisant.',
  failed_why_expired: 'Votre carte a expiré.',
  failed_why_confirm: 'Votre banque vous demande de confirmer le paiement.',
  failed_why_no_card: 'Aucune carte n’est enregistrée pour ce paiement.',
  failed_do: 'Vérifiez que votre carte est valide et approvisionnée, ou utilisez-en une autre.',
  failed_again: 'Nous réessaierons le {date}. Vous pouvez payer sans attendre.',
  failed_last: 'Nous ne réessaierons plus automatiquement. Payez la facture pour conserver votre abonnement.',
  failed_last_once: 'Nous ne réessaierons pas de nous-mêmes. Merci de régler ici.',
  pay_now: 'Payer maintenant',
  update_card: 'Mettre à jour la carte',

  trial_subject: 'Votre essai de {product} se termine le {date}',
  trial_heading: 'Votre essai se termine bientôt',
  trial_text: 'Votre essai de {product} chez {merchant} se termine le {date}.',
  trial_charge: 'Ensuite, {amount} seront débités pour la première période, sauf si vous résiliez avant.',
  trial_no_charge: 'Ensuite, votre abonnement commence. Rien n’est débité pour la première période.',
  trial_no_card:
    'Aucune carte n’est encore enregistrée. Ajoutez-en une avant la fin de l’essai pour conserver votre abonnement.',
  trial_end: 'Fin de l’essai',
  first_charge: 'Premier débit',
  manage_subscription: 'Gérer l’abonnement',

  renewal_subject: '{product} se renouvelle le {date}',
  renewal_heading: 'Votre abonnement se renouvelle bientôt',
  renewal_text: 'Votre abonnement à {product} chez {merchant} se renouvelle le {date}.',
  renewal_charge: '{amount} seront alors débités. Si vous ne souhaitez pas continuer, résiliez avant cette date.',
  renewal_no_charge: 'Rien ne sera dû. Si vous ne souhaitez pas continuer, résiliez avant cette date.',
  coming_sent:
    'Vous recevrez alors une facture de {amount}. Si vous ne souhaitez pas continuer, résiliez avant cette date.',
  renews_on: 'Renouvellement',
  next_charge: 'Prochain débit',

  expiring_subject: 'Votre carte se terminant par {last_four} expire bientôt',
  expiring_heading: 'Votre carte expire bientôt',
  expiring_text: 'La carte qui paie vos abonnements chez {merchant} expire fin {month}.',
  expiring_do:
    'Ajoutez votre nouvelle carte avant cette date pour éviter toute interruption. Si elle garde son numéro, mettez à jour la date d’expiration.',
  expires: 'Expire',
  pays_for: 'Utilisée pour',

  canceled_subject: 'Votre abonnement à {product} est terminé',
  canceled_heading: 'Votre abonnement est terminé',
  canceled_text: 'Votre abonnement à {product} chez {merchant} a pris fin le {date}. Plus rien ne sera débité.',
  canceled_unpaid: 'Votre abonnement à {product} chez {merchant} a pris fin le {date}, car son paiement a échoué.',
  ending_subject: 'Votre abonnement à {product} se termine le {date}',
  ending_heading: 'Votre résiliation est confirmée',
  ending_text:
    'Votre abonnement à {product} chez {merchant} reste actif jusqu’au {date}. Il ne sera pas renouvelé et plus rien ne sera débité.',
  ended_on: 'Terminé le',
  ends_on: 'Se termine le',

  link_subject: 'Votre lien de connexion à {merchant}',
  link_heading: 'Se connecter à {merchant}',
  link_text: 'Ce lien vous permet de consulter et de modifier vos abonnements, cartes et factures chez {merchant}.',
  link_once: 'Il fonctionne une seule fois, pendant {minutes}.',
  link_ignore: 'Si vous n’avez rien demandé, ignorez cet e-mail : sans ce lien, personne ne peut entrer.',
  link_button: 'Se connecter',

  confirm_subject: 'Confirmez votre nouvelle adresse e-mail',
  confirm_heading: 'Confirmez votre nouvelle adresse e-mail',
  confirm_text:
    'Vous avez demandé à {merchant} de vous écrire désormais à cette adresse. Elle comptera dès que vous l’aurez confirmée.',
  confirm_button: 'Confirmer l’adresse',
  confirm_ignore: 'Si ce n’était pas vous, ne faites rien : rien ne change.',
  change_subject: 'Une nouvelle adresse e-mail pour votre compte',
  change_heading: 'Votre adresse e-mail va changer',
  change_text:
    'Quelqu’un, peut-être vous, a demandé à {merchant} d’écrire désormais à une autre adresse. Elle comptera une fois confirmée.',
  change_ignore: 'Si ce n’était pas vous, prévenez {merchant} : quelqu’un a peut-être accès à votre compte.',
};
