import sparticuz from '@sparticuz/chromium';

/** How the tests start a browser: the Chromium that npm brings, or the one named by CHROMIUM, without a network or a GPU. */
export async function launchOptions(): Promise<{ executablePath: string; args: string[] }> {
  const executablePath = process.env.CHROMIUM ?? (await sparticuz.executablePath());
  return {
    executablePath,
    args: [
      '--no-sandbox',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-quic',
      '--disable-sync',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
    ],
  };
}
