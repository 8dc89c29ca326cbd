/** Of a refinement: PostgreSQL keeps neither zero bytes nor half a surrogate pair, and nobody reads other controls. */
export const plainText = [
  (text: string): boolean => !/[\p{Cc}\p{Cs}]/u.test(text),
  'has a control character, or half of a character',
] as const;
