type WithoutUndefined<Shape> = {
  [Name in keyof Shape as undefined extends Shape[Name] ? never : Name]: Shape[Name];
} & {
  [Name in keyof Shape as undefined extends Shape[Name] ? Name : never]?: Exclude<Shape[Name], undefined>;
};

/**
 * Returns a copy of an object without the properties that are `undefined`. The type of the copy has them as optional
 * properties.
 */
export function withoutUndefined<Shape extends object>(properties: Shape): WithoutUndefined<Shape> {
  const defined = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as WithoutUndefined<Shape>;
}
