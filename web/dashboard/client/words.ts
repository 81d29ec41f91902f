// Words of the pages. Each folder has a catalogue of its own, typed by its keys: a language without a key does not compile. English is
// what is there; another language is one more record in each catalogue. Nothing here is markup.

const offered = ['en'] as const;
export type Language = (typeof offered)[number];

export const language: Language =
  navigator.languages.map((tag) => offered.find((one) => tag.startsWith(one))).find((one) => one !== undefined) ?? 'en';

type Values = Record<string, string | number>;
type Languages<Keys extends string> = { en: Record<Keys, string> } & Partial<Record<Language, Record<Keys, string>>>;

const plurals = new Intl.PluralRules(language);
const categories = plurals.resolvedOptions().pluralCategories;

/** `{name}` stands for a value. Forms of a plural are parted by `|`, in the order of the language's categories; `count` chooses. */
export function catalogue<Keys extends string>(languages: Languages<Keys>) {
  const words: Record<Keys, string> = languages[language] ?? languages.en;
  return (key: Keys, values: Values = {}): string => {
    const forms = words[key].split('|');
    const form =
      typeof values.count === 'number' && forms.length > 1
        ? forms[categories.indexOf(plurals.select(values.count))]
        : words[key];
    return (form ?? words[key]).replaceAll(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
  };
}

/** `requires_authentication` → “Requires authentication”: for the names of states and kinds that the API gives. */
export const named = (code: string): string => {
  const text = code.replaceAll(/[._]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};
