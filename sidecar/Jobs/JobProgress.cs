using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;

namespace Sidecar.Jobs;

/// <summary>The progress of a job from tick to tick. Source: Dapr docs, "Jobs API reference".</summary>
internal static class JobProgress
{
    /// <summary>A job that is due in the past runs at once.</summary>
    /// <exception cref="FormatException">A part of it is invalid; the message is that of daprd's scheduler.</exception>
    public static ScheduledJob Begin(Job job, DateTimeOffset now)
    {
        if (!job.HasSchedule && job.HasRepeats && job.Repeats > 1)
        {
            throw Invalid("job must have a schedule to repeat");
        }
        if (job is { HasRepeats: true, Repeats: 0 })
        {
            throw Invalid("defined repeats must be greater than 0");
        }
        if (job is { HasSchedule: false, HasTtl: true })
        {
            throw Invalid("job must have a schedule to have a ttl");
        }
        var schedule = JobSchedule.Parse(Schedule(job));
        if (job.HasDueTime && Timers.Schedule.MomentProblem(job.DueTime) is { } problem)
        {
            throw Invalid(problem);
        }
        var due = schedule.First(job.HasDueTime ? job.DueTime : null, now);
        var expires = Timers.Schedule.Expiry(job.HasTtl ? job.Ttl : null, job.HasDueTime ? due : null, now);
        var left =
            !job.HasSchedule ? 1
            : job.HasRepeats ? (int)Math.Min(job.Repeats, int.MaxValue)
            : -1;
        return new ScheduledJob(job.Name, job.ToByteArray(), due, due, expires, left, 0);
    }

    /// <summary>The next tick after a completed one; null if there is none.</summary>
    public static ScheduledJob? Succeeded(ScheduledJob job, DateTimeOffset now)
    {
        var left = job.Left > 0 ? job.Left - 1 : job.Left;
        var next = left == 0 ? null : JobSchedule.Parse(Schedule(job.Job())).After(job.Due, now);
        return next is null || job.Expires < next ? null : job with { Due = next.Value, Next = next.Value, Left = left, Failures = 0 };
    }

    /// <summary>Applies the job's failure policy: the same tick again, or the next one.</summary>
    /// <param name="begun">The start of the failed attempt, from which the pause counts, as in Dapr's scheduler.</param>
    public static ScheduledJob? Failed(ScheduledJob job, DateTimeOffset begun, DateTimeOffset now)
    {
        var policy = FailurePolicy.From(job.Job().FailurePolicy);
        if (job.Failures >= policy.Retries)
        {
            return Succeeded(job, now);
        }
        return job with { Next = begun + policy.Interval, Failures = job.Failures + 1 };
    }

    private static FormatException Invalid(string why) => new($"job failed validation: {why}");

    private static string? Schedule(Job job) => job.HasSchedule ? job.Schedule : null;
}
