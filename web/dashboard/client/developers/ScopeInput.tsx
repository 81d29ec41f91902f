// Scopes picked from the list that the server knows: our areas and their verbs first, then the names that other clients ask for.

import { MultiSelect } from '@mantine/core';
import { documentedScopes, isScope, programAreas } from '../../../../src/identity/scopes.ts';
import { t } from './words.ts';

const verbs = programAreas.flatMap((area) => [`${area}:read`, `${area}:write`]);
const own = new Set([...programAreas, ...verbs]);
// A name that opens nothing yet may be granted over the API; picking it here would only mislead.
const others = Object.entries(documentedScopes)
  .filter(([name, opens]) => opens.length > 0 && !own.has(name) && isScope(name))
  .map(([name]) => name)
  .sort();

type Props = { value: string[]; onChange(scopes: string[]): void; required?: boolean };

export const ScopeInput = ({ value, onChange, required = false }: Props) => (
  <MultiSelect
    label={t('scopes')}
    description={t(required ? 'scopesNeeded' : 'scopesHint')}
    placeholder={value.length === 0 ? t('findScope') : ''}
    required={required}
    searchable
    hidePickedOptions
    maxDropdownHeight={260}
    value={value}
    onChange={onChange}
    data={[
      { group: t('areas'), items: [...programAreas] },
      { group: t('verbs'), items: verbs },
      { group: t('otherNames'), items: others },
      // What this key holds already and is not among them stays to be seen.
      ...(value.some((name) => !own.has(name) && !others.includes(name))
        ? [{ group: '…', items: value.filter((name) => !own.has(name) && !others.includes(name)) }]
        : []),
    ]}
  />
);
