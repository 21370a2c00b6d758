using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;

namespace Sidecar.Jobs;

/// <summary>The progress of a job from tick to tick. Source: Dapr docs, "Jobs API reference".</summary>
internal static class JobProgress
{
    /// <summary>A job that expires before it is due is valid, as in daprd: it ends without a tick.</summary>
    /// <exception cref="FormatException">A part of it is invalid.</exception>
    public static ScheduledJob Begin(Job job, DateTimeOffset now, TimeZoneInfo local)
    {
        var schedule = JobSchedule.Parse(Schedule(job), local);
        var due = schedule.First(job.HasDueTime ? job.DueTime : null, now);
        DateTimeOffset? expires = job.HasTtl ? Timers.Schedule.DueTime(job.Ttl, now) : null;
        var left =
            !job.HasSchedule ? 1
            : job.HasRepeats && job.Repeats > 0 ? (int)job.Repeats
            : -1;
        return new ScheduledJob(job.Name, job.ToByteArray(), due, due, expires, left, 0);
    }

    /// <summary>The next tick after a completed one; null if there is none.</summary>
    public static ScheduledJob? Succeeded(ScheduledJob job, DateTimeOffset now, TimeZoneInfo local)
    {
        var left = job.Left > 0 ? job.Left - 1 : job.Left;
        var next = left == 0 ? null : JobSchedule.Parse(Schedule(job.Job()), local).After(job.Due, now);
        return next is null || job.Expires < next ? null : job with { Due = next.Value, Next = next.Value, Left = left, Failures = 0 };
    }

    /// <summary>Applies the job's failure policy: the same tick again, or the next one.</summary>
    public static ScheduledJob? Failed(ScheduledJob job, DateTimeOffset now, TimeZoneInfo local)
    {
        var policy = FailurePolicy.From(job.Job().FailurePolicy);
        return job.Failures < policy.Retries
            ? job with
            {
                Next = now + policy.Interval,
                Failures = job.Failures + 1,
            }
            : Succeeded(job, now, local);
    }

    private static string? Schedule(Job job) => job.HasSchedule ? job.Schedule : null;
}
