// Countries to choose from, named in the customer's language, and where a postal code exists. Shared by page and script, so the
// script imports only the small sets; the list itself stays on the server.

/** Countries without postal codes: the field is not shown (Universal Postal Union, list of members without a code system). */
export const withoutPostalCode: ReadonlySet<string> = new Set(
  'AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GN GQ GY HK KI KM KN KP LC ML MO MR MW NR NU QA RW SB SC SL SR ST SY TF TG TK TO TV UG VU YE ZW'.split(
    ' ',
  ),
);

/** Where issuers compare the postal code with the address they know (AVS): asked for; elsewhere it may be left empty. */
export const comparesPostalCode: ReadonlySet<string> = new Set(['US', 'CA', 'GB']);
