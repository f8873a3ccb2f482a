/** A key that is accepted and does nothing yet; `*` stands for each upstream or route. */
export interface FeatureToCome {
  readonly path: string;
  /** What happens instead. */
  readonly instead: string;
}

/** Keys whose feature is not in this release: a warning where they are not at their default. */
export const FEATURES_TO_COME: readonly FeatureToCome[] = [
  {
    path: 'http.auth.kind',
    instead: 'THE API ASKS NOBODY WHO THEY ARE, as with none',
  },
  { path: 'upstreams.*.proxy', instead: 'CALLS GO TO THE ORIGIN DIRECTLY, past this proxy' },
  { path: 'upstreams.*.auth', instead: 'CALLS ARE SENT WITHOUT THESE CREDENTIALS' },
  {
    path: 'routes.*.request.cloudevents',
    instead: 'THE RECORD IS SENT AS IT IS, with no CloudEvents header or envelope',
  },
  {
    path: 'routes.*.request.body',
    instead: "THE RECORD'S VALUE IS SENT AS IT IS, not the JSON written here",
  },
  { path: 'routes.*.response', instead: 'NO RESPONSE IS PRODUCED to a topic' },
  { path: 'telemetry.otlp_endpoint', instead: 'nothing is sent over OTLP' },
];
