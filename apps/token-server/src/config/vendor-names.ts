/** The vendors that a preset may name. */
export const VENDOR_NAMES = ['simli', 'anam', 'liveavatar'] as const;

export type VendorName = (typeof VENDOR_NAMES)[number];

/** The environment variable that holds the vendor's key. */
export function keyVariable(vendor: VendorName): KeyVariable {
  return `${upper(vendor)}_API_KEY`;
}

/** The environment variable that replaces the vendor's address. */
export function baseUrlVariable(vendor: VendorName): BaseUrlVariable {
  return `${upper(vendor)}_BASE_URL`;
}

export type KeyVariable = `${Uppercase<VendorName>}_API_KEY`;
export type BaseUrlVariable = `${Uppercase<VendorName>}_BASE_URL`;

const upper = (vendor: VendorName): Uppercase<VendorName> => vendor.toUpperCase() as Uppercase<VendorName>;
