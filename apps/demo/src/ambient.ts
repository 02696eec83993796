const REDRAW_MS = 400;

/** Fills the room beside a narrower picture with its own light: the picture, a few pixels large, under a blur. */
export function initAmbient(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
  const context = canvas.getContext('2d', { alpha: false });
  setInterval(() => {
    if (video.srcObject !== null && document.visibilityState === 'visible') {
      context?.drawImage(video, 0, 0, canvas.width, canvas.height);
    }
  }, REDRAW_MS);
}
