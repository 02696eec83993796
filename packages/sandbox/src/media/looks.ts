import type { Vendor } from '../vendor.ts';
import { curve, ellipse, mirrored, type Path, type Point } from './geometry.ts';
import type { Colour } from './raster.ts';

/** What tells one face from another. Lengths are in units of a picture 512 high, from the middle of the face. */
export interface Look {
  readonly wall: { readonly top: Colour; readonly bottom: Colour; readonly glow: Colour };
  readonly skin: {
    readonly light: Colour;
    readonly deep: Colour;
    readonly shade: Colour;
    readonly blush: Colour;
  };
  readonly hair: { readonly light: Colour; readonly deep: Colour; readonly shine: Colour };
  readonly shirt: { readonly light: Colour; readonly deep: Colour; readonly collar: Colour };
  readonly iris: Colour;
  readonly lips: Colour;
  /** Behind the neck. */
  readonly hairBack: Path;
  /** Over the forehead. */
  readonly hairFront: Path;
  /** Where light falls on the hair. */
  readonly shine: readonly Point[];
  readonly glasses: boolean;
}

const bob: Pick<Look, 'hairBack' | 'hairFront' | 'shine'> = {
  hairBack: mirrored([
    [0, -146],
    [66, -138],
    [112, -92],
    [126, -16],
    [128, 62],
    [112, 122],
    [72, 134],
    [0, 120],
  ]),
  hairFront: [
    curve(
      [
        [-98, 34],
        [-106, -30],
        [-90, -98],
        [-42, -138],
        [24, -142],
        [78, -116],
        [104, -54],
        [100, 34],
        [92, -18],
        [74, -52],
        [42, -76],
        [8, -70],
        [-34, -50],
        [-70, -34],
        [-90, -14],
      ],
      true,
    ),
  ],
  shine: [
    [-58, -98],
    [-20, -118],
    [26, -120],
  ],
};

const bun: Pick<Look, 'hairBack' | 'hairFront' | 'shine'> = {
  hairBack: [
    ...ellipse(0, -152, 46, 40),
    ...mirrored([
      [0, -140],
      [64, -128],
      [104, -80],
      [108, -10],
      [98, 30],
      [0, 40],
    ]),
  ],
  hairFront: [
    curve(
      [
        [-98, 26],
        [-106, -34],
        [-88, -98],
        [-44, -132],
        [4, -138],
        [16, -104],
        [-14, -82],
        [-56, -56],
        [-86, -18],
      ],
      true,
    ),
    curve(
      [
        [-8, -138],
        [46, -132],
        [90, -98],
        [106, -34],
        [98, 26],
        [88, -18],
        [70, -52],
        [36, -82],
        [2, -104],
      ],
      true,
    ),
  ],
  shine: [
    [38, -112],
    [68, -92],
    [84, -64],
  ],
};

const crop: Pick<Look, 'hairBack' | 'hairFront' | 'shine'> = {
  hairBack: mirrored([
    [0, -136],
    [60, -128],
    [98, -84],
    [102, -14],
    [92, 20],
    [0, 30],
  ]),
  hairFront: [
    curve(
      [
        [-97, 6],
        [-104, -50],
        [-92, -108],
        [-60, -142],
        [-4, -150],
        [52, -152],
        [92, -122],
        [105, -58],
        [97, 6],
        [90, -34],
        [76, -72],
        [36, -84],
        [-20, -80],
        [-62, -82],
        [-84, -52],
        [-91, -28],
      ],
      true,
    ),
  ],
  shine: [
    [-44, -120],
    [-4, -130],
    [44, -130],
  ],
};

/** One look for each vendor. Skins stay far lighter than an open mouth: `frame-number.ts` measures by it. */
export const looks: Readonly<Record<Vendor, Look>> = {
  simli: {
    ...bob,
    wall: { top: '#cfd8fb', bottom: '#8f9fe8', glow: '#ffffff70' },
    skin: { light: '#fbd9bf', deep: '#f0b993', shade: '#d9936b', blush: '#f0806070' },
    hair: { light: '#4a3a6b', deep: '#2c2247', shine: '#8f7cc460' },
    shirt: { light: '#ffffff', deep: '#d5dbf2', collar: '#b9c2e8' },
    iris: '#4b7a5c',
    lips: '#d0605e',
    glasses: false,
  },
  anam: {
    ...bun,
    wall: { top: '#ffe9d6', bottom: '#f7b596', glow: '#fff6e880' },
    skin: { light: '#e9b98f', deep: '#d3966a', shade: '#b87448', blush: '#d8604860' },
    hair: { light: '#a4492f', deep: '#6e2a1c', shine: '#e08a6460' },
    shirt: { light: '#2f6f78', deep: '#1f4d57', collar: '#3e8a92' },
    iris: '#5a3a22',
    lips: '#b84a4a',
    glasses: false,
  },
  liveavatar: {
    ...crop,
    wall: { top: '#c9efe4', bottom: '#6fbfb0', glow: '#ffffff60' },
    skin: { light: '#c99468', deep: '#b27a50', shade: '#935c38', blush: '#b0503850' },
    hair: { light: '#3a3230', deep: '#1d1817', shine: '#8a7a7450' },
    shirt: { light: '#f2b84b', deep: '#d9932c', collar: '#fbd58a' },
    iris: '#3b2a1e',
    lips: '#9c4a42',
    glasses: true,
  },
};
