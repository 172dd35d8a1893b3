/** The type `Shape`, with each property that may be undefined made optional instead. */
type WithoutUndefined<Shape> = {
  [Name in keyof Shape as undefined extends Shape[Name] ? never : Name]: Shape[Name];
} & {
  [Name in keyof Shape as undefined extends Shape[Name] ? Name : never]?: Exclude<Shape[Name], undefined>;
};

/**
 * Returns a copy of an object without the properties whose value is `undefined`, with the others in the same order. The
 * result fits a type whose optional properties exclude `undefined`.
 */
export function withoutUndefined<Shape extends object>(properties: Shape): WithoutUndefined<Shape> {
  const defined = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as WithoutUndefined<Shape>;
}
