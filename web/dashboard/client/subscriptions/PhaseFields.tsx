// What follows a plan: after so many periods another one, each for so many periods, the last one without an end when left empty.

import { Button, Group, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { TakeAway } from '../parts/ByCurrency.tsx';
import { PriceInput, ProductInput } from '../parts/ProductInput.tsx';
import { t } from './words.ts';

type Phase = { key: number; product: string | null; price: string; quantity: string; cycles: string };
export type Plan = { cycles: string; phases: Phase[] };

/** As many as the API takes. */
const most = 10;
const longest = 1_200;

const another = (phases: Phase[]): Phase => ({
  key: Math.max(0, ...phases.map(({ key }) => key)) + 1,
  product: null,
  price: '',
  quantity: '1',
  cycles: '',
});
export const firstPlan: Plan = { cycles: '', phases: [another([])] };

const whole = (text: string, largest = 1_000_000): number | undefined =>
  /^[1-9]\d{0,6}$/.test(text.trim()) && Number(text) <= largest ? Number(text) : undefined;

/** Undefined while something is missing. */
export function planBody({ cycles, phases }: Plan) {
  const first = whole(cycles, longest);
  const bodies = phases.map((phase, i) => {
    const last = i === phases.length - 1 && phase.cycles.trim() === '';
    const count = whole(phase.cycles, longest);
    const quantity = whole(phase.quantity);
    if (phase.price === '' || quantity === undefined || (count === undefined && !last)) return undefined;
    return { price: phase.price, quantity, ...(count === undefined ? {} : { cycles: count }) };
  });
  return first === undefined || bodies.includes(undefined) ? undefined : { cycles: first, phases: bodies };
}

type Props = { plan: Plan; onChange(plan: Plan): void; currency?: string | undefined };

export function PhaseFields({ plan, onChange, currency }: Props) {
  const { cycles, phases } = plan;
  const set = (key: number, changed: Partial<Phase>) =>
    onChange({ cycles, phases: phases.map((phase) => (phase.key === key ? { ...phase, ...changed } : phase)) });
  return (
    <Stack gap="sm">
      <TextInput
        label={t('presentCycles')}
        description={t('presentCyclesHint')}
        required
        inputMode="numeric"
        maxLength={4}
        value={cycles}
        onChange={(event) => onChange({ cycles: event.currentTarget.value, phases })}
      />
      {phases.map((phase, i) => (
        <fieldset key={phase.key} className="tiers phase">
          <legend>{t('phase', { place: i + 1 })}</legend>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <ProductInput
              label={t('product')}
              required
              value={phase.product}
              onChange={(next) => set(phase.key, { product: next?.id ?? null, price: '' })}
            />
            <PriceInput
              label={t('price')}
              product={phase.product}
              type="recurring"
              {...(currency === undefined ? {} : { currency })}
              value={phase.price}
              onChange={(next) => set(phase.key, { price: next?.id ?? '' })}
            />
            <TextInput
              label={t('quantity')}
              inputMode="numeric"
              maxLength={7}
              value={phase.quantity}
              onChange={(event) => set(phase.key, { quantity: event.currentTarget.value })}
            />
            <TextInput
              label={t('phaseCycles')}
              {...(i === phases.length - 1 ? { placeholder: t('withoutEnd') } : { required: true })}
              inputMode="numeric"
              maxLength={4}
              value={phase.cycles}
              onChange={(event) => set(phase.key, { cycles: event.currentTarget.value })}
            />
          </SimpleGrid>
          {phases.length > 1 && (
            <TakeAway
              name={t('phase', { place: i + 1 })}
              act={() => onChange({ cycles, phases: phases.filter(({ key }) => key !== phase.key) })}
            />
          )}
        </fieldset>
      ))}
      {phases.length < most && (
        <Group>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => onChange({ cycles, phases: [...phases, another(phases)] })}
          >
            {t('addPhase')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
