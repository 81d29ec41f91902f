// What kinds of things a product may be, for its tax.

export const taxCategories = [
  'digital_goods',
  'ebook',
  'software_service',
  'physical_goods',
  'professional_service',
  'exempt',
];
