// Streams of label sets that were seen before. In: a histogram of the SDK, and label objects that do not change and come
// again and again. Out: the same histogram, which knows a label object by its identity. On its own the SDK sorts, prints and
// hashes the labels of every point to find its stream: with three points a call, more than a quarter of what a call costs.
import type { Attributes, Histogram } from '@opentelemetry/api'

/** More than one metric may have (SPANLEDGER_METRIC_STREAMS_MAX); objects beyond are looked up as the SDK does it. */
const MAX_KNOWN = 8_192

interface Stream {
  record(value: number): void
}

/** What the SDK's histograms are made of (sdk-metrics, whose version is pinned). */
interface SdkHistogram {
  _writableMetricStorage?: { _deltaMetricStorage?: DeltaStorage }
}
interface DeltaStorage {
  /** The streams since the last collection, which begins with an empty map. */
  _activeCollectionStorage?: { get?: (labels: Attributes) => Stream | undefined }
  record?: (value: number, labels: Attributes, timeMs: number) => void
}

/** Other kinds of histograms (of no SDK, of several views) stay as they are. */
export function rememberStreams(histogram: Histogram): Histogram {
  const storage = (histogram as SdkHistogram)._writableMetricStorage?._deltaMetricStorage
  const record = storage?.record
  if (!storage || typeof record !== 'function') return histogram
  let active: DeltaStorage['_activeCollectionStorage']
  let known = new Map<Attributes, Stream>()
  storage.record = (value, labels, timeMs) => {
    if (active !== storage._activeCollectionStorage) {
      active = storage._activeCollectionStorage
      known = new Map()
    }
    const stream = known.get(labels)
    if (stream) {
      stream.record(value)
      return
    }
    record.call(storage, value, labels, timeMs)
    // None where the labels went to the overflow: then they are looked up again, since a collection makes room.
    const found = known.size < MAX_KNOWN ? active?.get?.(labels) : undefined
    if (found) known.set(labels, found)
  }
  return histogram
}
