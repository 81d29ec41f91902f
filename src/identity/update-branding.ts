// Changing how a merchant's checkout looks. Any colour is taken: the page keeps its text readable by itself.

import Type from 'typebox';
import { Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { Corners } from './branding.ts';
import { changeMerchant, lockMerchant, MerchantObject, merchantObject } from './manage-merchants.ts';
import { keepPicture, Picture } from './picture.ts';

export const updateBranding = operation({
  name: 'merchants.update_branding',
  scope: 'merchants:write',
  actors: ['user'],
  kind: 'write',
  summary: 'Change the look of a merchant’s checkout',
  description:
    'Colour, corners and the picture of the browser’s tab, for the hosted and the embedded page, in the light and in the dark. What is left out stays; null is the product’s own. ' +
    'Any colour may be given: the words on it and the colour’s use as text are chosen so that they can be read.',
  input: Type.Object(
    {
      id: Id,
      color: Type.Optional(nullable(Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: 'Such as `#0b6b4f`.' }))),
      corners: Type.Optional(Corners),
      icon: Type.Optional(nullable(Picture)),
    },
    { additionalProperties: false },
  ),
  output: MerchantObject,
  faults: ['not_found', 'parameter_invalid'],
  async run(ctx, { id, color, corners, icon }, tx) {
    const row = await lockMerchant(ctx, tx, id);
    // Cut to a square, as a tab shows it.
    const drawn = icon ? await keepPicture(ctx.env, tx, row.company_id, icon, 'avatar') : null;
    const changes = {
      ...(color === undefined ? {} : { brand_color: color?.toLowerCase() ?? null }),
      ...(corners === undefined ? {} : { brand_corners: corners }),
      ...(icon === undefined ? {} : { brand_icon_url: drawn }),
    };
    return Object.keys(changes).length === 0 ? await merchantObject(tx, row) : await changeMerchant(tx, id, changes);
  },
});
