// What power is measured at: an outlet of a meter. A meter is a strip of sockets, a BMC, a wattmeter on a serial line, or
// whatever else tells watts; an outlet is one figure of it, by the name that the meter itself has for it.

declare const brand: unique symbol

/** "<meter>:<outlet>". Names of meters hold no colon (the configuration refuses them); those of outlets may. */
export type OutletId = string & { readonly [brand]: 'outlet' }

export const outletId = (meter: string, outlet: string): OutletId => `${meter}:${outlet}` as OutletId

/**
 * Why an outlet has no figure this time, as its meter tells it:
 * - absent: the meter has no outlet of this name; silent: it did not answer for this one in time;
 * - unmeasured: the device itself says that it measures nothing now (65535, N/A, a sensor that is off);
 * - garbled: what it said is no number.
 */
export const outletFaults = ['absent', 'silent', 'unmeasured', 'garbled'] as const
export type OutletFault = (typeof outletFaults)[number]
