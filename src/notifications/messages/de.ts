// German; the keys are those of en.ts.

import type { Messages } from '../messages.ts';

export const de: Messages = {
  footer_why: 'Sie erhalten diese E-Mail, weil Sie Kunde von {merchant} sind.',
  footer_reply: 'Fragen? Antworten Sie einfach auf diese E-Mail.',
  sandbox: 'Sandbox: Es fließt kein echtes Geld.',

  reference: 'Referenz',
  payment_method: 'Zahlungsart',
  card_plain: 'Karte',
  bitcoin: 'Bitcoin',
  quantity: '{name} × {quantity}',
  subtotal: 'Zwischensumme',
  discount: 'Rabatt',
  tax: 'Steuer',
  tax_included: 'Enthaltene Steuer',
  credit: 'Ihr Guthaben',
  total: 'Gesamt',
  date: 'Datum',
  period: 'Zeitraum',
  invoice_number: 'Rechnung',
  plan: 'Tarif',
  price_every: '{amount} / {interval}',

  receipt_subject: 'Ihr Zahlungsbeleg von {merchant}',
  receipt_heading: 'Danke für Ihre Zahlung',
  receipt_text: '{merchant} hat Ihre Zahlung über {amount} am {date} erhalten.',
  amount_paid: 'Bezahlt',

  refund_subject: 'Ihre Rückerstattung von {merchant}',
  refund_heading: 'Sie erhalten Geld zurück',
  refund_text: '{merchant} hat Ihnen {amount} zurückerstattet.',
  refund_when: 'Es kann 5 bis 10 Tage dauern, bis der Betrag auf Ihrer Abrechnung erscheint.',
  amount_refunded: 'Rückerstattet',
  original_payment: 'Ursprüngliche Zahlung',

  issued_subject: 'Rechnung {number} von {merchant}',
  issued_heading: 'Ihre neue Rechnung',
  issued_text:
    'Das ist Ihre Rechnung von {merchant}. Der Betrag wird von Ihrer hinterlegten Karte abgebucht; Sie müssen nichts tun.',
  issued_nothing_due: 'Das ist Ihre Rechnung von {merchant}. Es ist nichts zu zahlen.',
  amount_due: 'Fälliger Betrag',
  view_invoice: 'Rechnung ansehen',

  sent_text: 'Das ist Ihre Rechnung von {merchant}. Bitte bezahlen Sie sie bis zum {date}.',
  due_on: 'Zahlbar bis',
  due_soon_subject: 'Rechnung {number} von {merchant} ist am {date} fällig',
  due_soon_heading: 'Ihre Rechnung ist bald fällig',
  due_soon_text: 'Die Rechnung {number} von {merchant} über {amount} ist am {date} fällig.',
  overdue_subject: 'Rechnung {number} von {merchant} ist überfällig',
  overdue_heading: 'Ihre Rechnung ist überfällig',
  overdue_text:
    'Die Rechnung {number} von {merchant} über {amount} war am {date} fällig. Bitte bezahlen Sie sie jetzt.',
  reminder_paid: 'Falls Sie inzwischen bezahlt haben, müssen Sie nichts weiter tun.',

  paid_subject: 'Rechnung {number} von {merchant} ist bezahlt',
  paid_heading: 'Ihre Rechnung ist bezahlt',
  paid_text: '{merchant} hat {amount} für die Rechnung {number} erhalten.',
  paid_nothing: 'Die Rechnung {number} von {merchant} ist beglichen. Es war nichts zu zahlen.',

  failed_subject: 'Ihre Zahlung an {merchant} ist fehlgeschlagen',
  failed_heading: 'Ihre Zahlung ist fehlgeschlagen',
  failed_text: '{merchant} konnte {amount} für {product} nicht abbuchen.',
  failed_why_declined: 'Ihre Bank hat die Zahlung abgelehnt.',
  failed_why_funds: 'Ihre Karte ist nicht ausreichend gedeckt.',
  failed_why_expired: 'Ihre Karte ist abgelaufen.',
  failed_why_confirm: 'Ihre Bank möchte, dass Sie die Zahlung bestätigen.',
  failed_why_no_card: 'Dafür ist keine Karte hinterlegt.',
  failed_do: 'Prüfen Sie, ob Ihre Karte gültig und gedeckt ist, oder verwenden Sie eine andere.',
  failed_again: 'Wir versuchen es am {date} noch einmal. Sie müssen nicht so lange warten.',
  failed_last:
    'Wir versuchen es nicht noch einmal von selbst. Bezahlen Sie die Rechnung, um Ihr Abonnement zu behalten.',
  failed_last_once: 'Wir versuchen es nicht von selbst noch einmal. Bitte bezahlen Sie hier.',
  pay_now: 'Jetzt bezahlen',
  update_card: 'Karte aktualisieren',

  trial_subject: 'Ihre Testphase von {product} endet am {date}',
  trial_heading: 'Ihre Testphase endet bald',
  trial_text: 'Ihre Testphase von {product} bei {merchant} endet am {date}.',
  trial_charge: 'Danach werden {amount} für den ersten Zeitraum abgebucht, wenn Sie nicht vorher kündigen.',
  trial_no_charge: 'Danach beginnt Ihr Abonnement. Für den ersten Zeitraum wird nichts abgebucht.',
  trial_no_card:
    'Es ist noch keine Karte hinterlegt. Fügen Sie vor dem Ende der Testphase eine hinzu, um Ihr Abonnement zu behalten.',
  trial_end: 'Ende der Testphase',
  first_charge: 'Erste Abbuchung',
  manage_subscription: 'Abonnement verwalten',

  renewal_subject: '{product} verlängert sich am {date}',
  renewal_heading: 'Ihr Abonnement verlängert sich bald',
  renewal_text: 'Ihr Abonnement von {product} bei {merchant} verlängert sich am {date}.',
  renewal_charge: 'Dann werden {amount} abgebucht. Wenn Sie nicht verlängern möchten, kündigen Sie vor diesem Tag.',
  renewal_no_charge: 'Dann ist nichts zu zahlen. Wenn Sie nicht verlängern möchten, kündigen Sie vor diesem Tag.',
  coming_sent:
    'Dann erhalten Sie eine Rechnung über {amount}. Wenn Sie nicht weitermachen möchten, kündigen Sie vor diesem Tag.',
  renews_on: 'Verlängerung',
  next_charge: 'Nächste Abbuchung',

  expiring_subject: 'Ihre Karte mit Endziffern {last_four} läuft bald ab',
  expiring_heading: 'Ihre Karte läuft bald ab',
  expiring_text: 'Die Karte, mit der Sie Ihre Abonnements bei {merchant} bezahlen, läuft Ende {month} ab.',
  expiring_do:
    'Hinterlegen Sie vorher Ihre neue Karte, damit nichts unterbrochen wird. Behält sie ihre Nummer, aktualisieren Sie das Ablaufdatum.',
  expires: 'Läuft ab',
  pays_for: 'Bezahlt',

  canceled_subject: 'Ihr Abonnement von {product} ist beendet',
  canceled_heading: 'Ihr Abonnement ist beendet',
  canceled_text: 'Ihr Abonnement von {product} bei {merchant} endete am {date}. Es wird nichts mehr dafür abgebucht.',
  canceled_unpaid: 'Ihr Abonnement von {product} bei {merchant} endete am {date}, weil die Zahlung fehlgeschlagen ist.',
  ending_subject: 'Ihr Abonnement von {product} endet am {date}',
  ending_heading: 'Ihre Kündigung ist bestätigt',
  ending_text:
    'Ihr Abonnement von {product} bei {merchant} bleibt bis zum {date} aktiv. Es verlängert sich nicht, und es wird nichts mehr dafür abgebucht.',
  ended_on: 'Beendet am',
  ends_on: 'Endet am',

  link_subject: 'Ihr Anmeldelink für {merchant}',
  link_heading: 'Bei {merchant} anmelden',
  link_text: 'Mit diesem Link sehen und ändern Sie Ihre Abonnements, Karten und Rechnungen bei {merchant}.',
  link_once: 'Er funktioniert einmal, für {minutes}.',
  link_ignore: 'Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese E-Mail: Ohne den Link kommt niemand hinein.',
  link_button: 'Anmelden',

  confirm_subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
  confirm_heading: 'Neue E-Mail-Adresse bestätigen',
  confirm_text:
    'Sie haben {merchant} gebeten, künftig an diese Adresse zu schreiben. Sie gilt, sobald Sie sie bestätigen.',
  confirm_button: 'Adresse bestätigen',
  confirm_ignore: 'Waren Sie das nicht, müssen Sie nichts tun: Es ändert sich nichts.',
  change_subject: 'Eine neue E-Mail-Adresse für Ihr Konto',
  change_heading: 'Ihre E-Mail-Adresse soll sich ändern',
  change_text:
    'Jemand, vielleicht Sie selbst, hat {merchant} gebeten, künftig an eine andere Adresse zu schreiben. Sie gilt, sobald sie dort bestätigt ist.',
  change_ignore: 'Waren Sie das nicht, sagen Sie es {merchant}: Vielleicht hat jemand Zugang zu Ihrem Konto.',
};
