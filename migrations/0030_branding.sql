-- How a merchant's checkout looks: one colour, from which the page makes the others; how round its corners are; a small picture for
-- the browser's tab. Null and 'rounded' are the product's own look.

alter table merchants add column brand_color text check (brand_color ~ '^#[0-9a-f]{6}$');
alter table merchants add column brand_corners text not null default 'rounded'
  check (brand_corners in ('square', 'rounded', 'pill'));
alter table merchants add column brand_icon_url text;
