// The `<option>`s of the country field: 249 names, sorted as the language sorts them. Made once per language.

import { type Html, html, raw } from './html.ts';

const codes =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'.split(
    ' ',
  );

function countriesIn(language: string): readonly { code: string; name: string }[] {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  const order = new Intl.Collator(language);
  return codes.map((code) => ({ code, name: names.of(code) ?? code })).sort((a, b) => order.compare(a.name, b.name));
}

const written = new Map<string, string>();

export function countryOptions(language: string, selected: string): Html {
  let options = written.get(language);
  if (options === undefined) {
    options = html`${countriesIn(language).map(({ code, name }) => html`<option value="${code}">${name}</option>`)}`
      .text;
    written.set(language, options);
  }
  return raw(codes.includes(selected) ? options.replace(`value="${selected}"`, '$& selected') : options);
}

/** Where a customer with this locale most likely lives: `de-CH` → CH, `de` → DE. */
export const countryOf = (locale: string): string => {
  const region = new Intl.Locale(locale).maximize().region ?? 'US';
  return codes.includes(region) ? region : 'US';
};
