using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Jobs;

/// <summary>The outcome of a triggered job. Refused means that the app does not support the job, so it is not retried.</summary>
internal enum JobOutcome
{
    Done,
    Refused,
    Failed,
}

/// <summary>The receiver of jobs.</summary>
internal interface IJobReceiver
{
    Task<JobOutcome> TriggerAsync(string name, Any? data, CancellationToken cancellation);
}
