// The native routes of currencies: rates, settings, conversions. Holds no logic.

import { createConversion, getConversion, listConversions } from '../../fx/manage-conversions.ts';
import { getFxRates, listFxRates } from '../../fx/manage-rates.ts';
import { getFxSettings, updateFxSettings } from '../../fx/settings.ts';
import { type Route, row } from '../route.ts';

export const fxRoutes: readonly Route[] = [
  row('GET', '/v1/fx_rates', listFxRates),
  row('GET', '/v1/fx_rates/{id}', getFxRates),
  row('GET', '/v1/fx_settings', getFxSettings),
  row('PATCH', '/v1/fx_settings', updateFxSettings),
  row('POST', '/v1/conversions', createConversion, 201),
  row('GET', '/v1/conversions', listConversions),
  row('GET', '/v1/conversions/{id}', getConversion),
];
