using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Jobs;

/// <summary>The jobs building block of one app, independent of the transport.</summary>
internal sealed class JobApi(string appId, JobStore store, JobService service, TimeProvider time)
{
    /// <exception cref="Failures.DaprException">The job is incomplete or wrong, or there is one of its name already.</exception>
    public async Task ScheduleAsync(Job? job, bool overwrite, CancellationToken cancellation)
    {
        var errors = new JobErrors(appId);
        if (job is null)
        {
            throw errors.Empty("Job", "DAPR_SCHEDULER_EMPTY");
        }
        CheckName(job.Name);
        if (!job.HasSchedule && !job.HasDueTime)
        {
            throw errors.Empty("Schedule", "DAPR_SCHEDULER_SCHEDULE_EMPTY");
        }
        ScheduledJob scheduled;
        try
        {
            Check(job.Name, problem => throw new FormatException(problem));
            scheduled = JobProgress.Begin(WithFailurePolicy(job), time.GetUtcNow());
        }
        catch (FormatException e)
        {
            throw errors.Schedule(
                e.Message.StartsWith("rpc error:", StringComparison.Ordinal) ? e.Message : $"rpc error: code = Unknown desc = {e.Message}"
            );
        }
        if (!await store.TryAddAsync(scheduled, overwrite, cancellation))
        {
            throw errors.Exists(job.Name);
        }
        if (scheduled.Expires < scheduled.Due)
        {
            await DeleteAsync(job.Name, cancellation); // its schedule has no time in its life, so the scheduler does not keep it
            return;
        }
        service.Arm(scheduled);
    }

    public async Task<Job> GetAsync(string name, CancellationToken cancellation)
    {
        CheckName(name);
        Check(name, problem => throw new JobErrors(appId).Get(problem));
        return await store.FindAsync(name, cancellation) is { } found ? found.Job.Job() : throw new JobErrors(appId).Missing(name);
    }

    /// <summary>Idempotent: succeeds if the job does not exist.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancellation)
    {
        CheckName(name);
        Check(name, problem => throw new JobErrors(appId).Delete(problem));
        service.Disarm(name);
        await store.DeleteAsync(name, cancellation);
    }

    public async Task DeleteManyAsync(string namePrefix, CancellationToken cancellation)
    {
        foreach (var job in await ListAsync(namePrefix, cancellation))
        {
            await DeleteAsync(job.Name, cancellation);
        }
    }

    public async Task<IReadOnlyList<Job>> ListAsync(string namePrefix, CancellationToken cancellation)
    {
        var jobs = new List<Job>();
        await foreach (var job in store.AllAsync(namePrefix, cancellation))
        {
            jobs.Add(job.Job());
        }
        return jobs;
    }

    /// <summary>Daprd's scheduler stores the default policy, and callers see it in the job.</summary>
    private static Job WithFailurePolicy(Job job)
    {
        if (job.FailurePolicy is null or { PolicyCase: JobFailurePolicy.PolicyOneofCase.None })
        {
            job.FailurePolicy = new JobFailurePolicy
            {
                Constant = new JobFailurePolicyConstant
                {
                    Interval = Duration.FromTimeSpan(FailurePolicy.Default.Interval),
                    MaxRetries = (uint)FailurePolicy.Default.Retries,
                },
            };
        }
        return job;
    }

    private void CheckName(string name)
    {
        if (name.Length == 0)
        {
            throw new JobErrors(appId).Empty("Name", "DAPR_SCHEDULER_JOB_NAME_EMPTY");
        }
    }

    private void Check(string name, Action<string> refuse)
    {
        if (SchedulerName.Problem(SchedulerName.OfJob(Http.InvocationHeaders.Namespace, appId, name)) is { } problem)
        {
            refuse(problem);
        }
    }
}
