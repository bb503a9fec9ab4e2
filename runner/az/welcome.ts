// What az says to a newcomer.

/** Shown once for each configuration folder. */
export const privacyStatement = `
Welcome to Azure CLI!
---------------------
Use \`az -h\` to see available commands or go to https://aka.ms/cli.

Telemetry
---------
The Azure CLI collects usage data in order to improve your experience.
The data is anonymous and does not include commandline argument values.
The data is collected by Microsoft.

You can change your telemetry settings with \`az configure\`.
`

/** Shown by az without arguments. */
export const welcomeMessage = String.raw`
     /\
    /  \    _____   _ _  ___ _
   / /\ \  |_  / | | | \'__/ _\
  / ____ \  / /| |_| | | |  __/
 /_/    \_\/___|\__,_|_|  \___|


Welcome to the cool new Azure CLI!

Use ${'`'}az --version${'`'} to display the current version.
Here are the base commands:
`
