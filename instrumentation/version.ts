// The version that spans, metrics and logs of this library carry as their scope version.
export const VERSION = '0.1.0'
