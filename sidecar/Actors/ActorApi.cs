using Sidecar.Actors.Reminders;
using Sidecar.Apps;
using Sidecar.Http;
using Sidecar.Jobs;
using Sidecar.Resiliency;
using Sidecar.State;
using Sidecar.Timers;

namespace Sidecar.Actors;

/// <summary>
/// The actors building block of one app, independent of the transport. <paramref name="host"/> is null if the app hosts no actors. Calls
/// wait for <paramref name="registered"/>, which completes once the app has reported its actor types. While a hosting app is unhealthy they
/// wait again.
/// </summary>
internal sealed class ActorApi(
    string appId,
    ActorState state,
    PolicyBook policies,
    Func<ActorHost?> host,
    Func<Task> registered,
    ActorRouter router,
    ActorTimers timers,
    TimeProvider time
)
{
    private const string ReservedPrefix = "dapr.internal.";

    public async Task<InvocationReply> InvokeAsync(ActorId actor, InvocationCall call, CancellationToken cancellation)
    {
        if (actor.Type.Length == 0 || actor.Id.Length == 0)
        {
            throw ActorErrors.NoAddress("/"); // daprd's text for an incomplete name
        }
        CheckCall("actorType", ActorNames.Problem(actor.Type));
        CheckCall("actorId", ActorNames.Problem(actor.Id));
        CheckCall(ActorErrors.ActorMethod, ActorNames.MethodProblem(call.Method));
        call = call with { Method = ActorNames.Clean(call.Method), Headers = InvocationHeaders.OfActorCall(appId, call.Headers) };
        CheckReserved(actor.Type);
        await RegisteredAsync(cancellation);
        if (policies.ActorCall(actor.Type, actor.Id) is not { } policy)
        {
            return await router.InvokeAsync(actor, call, cancellation);
        }
        try
        {
            var last = await policy.ExecuteAsync(limit => new ValueTask<ActorAttempt>(AttemptAsync(actor, call, limit)), cancellation);
            return last.Reply ?? throw last.NotFound!;
        }
        catch (CircuitBreakerRefusedException e)
        {
            throw ActorErrors.Invoke(e.Message);
        }
    }

    /// <summary>A call that the app answers with 404 is not repeated if the type is a target of its own, as in daprd.</summary>
    private async Task<ActorAttempt> AttemptAsync(ActorId actor, InvocationCall call, CancellationToken cancellation)
    {
        try
        {
            return new ActorAttempt(await router.InvokeAsync(actor, call, cancellation));
        }
        catch (ActorMethodNotFoundException e) when (policies.HasActorTarget(actor.Type))
        {
            return new ActorAttempt(null, e);
        }
    }

    /// <summary>Null if there is no value; also for an actor that was never active.</summary>
    public async Task<StateEntry?> GetStateAsync(ActorId actor, string key, CancellationToken cancellation)
    {
        CheckReserved(actor.Type);
        await RegisteredAsync(cancellation);
        return await state.GetAsync(actor, key, cancellation);
    }

    /// <summary>Applies all writes or none, for an actor that is active here.</summary>
    /// <param name="writes">Called for an active actor only: mistakes in the writes are reported after an actor that is missing.</param>
    public async Task WriteStateAsync(ActorId actor, Func<IReadOnlyList<ActorStateWrite>> writes, CancellationToken cancellation)
    {
        CheckReserved(actor.Type);
        await RegisteredAsync(cancellation);
        state.Demand();
        if (host()?.IsActive(actor) != true)
        {
            throw ActorErrors.InstanceMissing();
        }
        await state.WriteAsync(actor, writes(), cancellation);
    }

    public async Task RegisterReminderAsync(ActorId actor, string name, ReminderRequest request, CancellationToken cancellation)
    {
        var reminders = await RemindersAsync(actor.Type, cancellation);
        CheckName(name);
        try
        {
            Schedule.DemandReminderPeriod(request.Period);
            CheckKey(actor, name, problem => throw new FormatException(problem));
            var schedule = Schedule.OfReminder(request.Period, request.DueTime, request.Ttl);
            var now = time.GetUtcNow();
            var first = schedule.First(request.DueTime, now);
            var expires = Schedule.Expiry(
                string.IsNullOrEmpty(request.Ttl) ? null : request.Ttl,
                string.IsNullOrEmpty(request.DueTime) ? null : first,
                now
            );
            var reminder = new Reminder(
                actor.Type,
                actor.Id,
                name,
                request.Data,
                request.DueTime,
                request.Period,
                request.Ttl,
                first,
                expires,
                schedule.Repetitions,
                request.OnFailure
            );
            if (!await reminders.TryRegisterAsync(reminder, request.Overwrite, cancellation))
            {
                throw ActorErrors.ReminderExists(name);
            }
        }
        catch (FormatException e)
        {
            throw ActorErrors.ReminderCreate(e.Message);
        }
    }

    /// <summary>Idempotent: succeeds if the reminder or timer does not exist.</summary>
    public async Task UnregisterReminderAsync(ActorId actor, string name, CancellationToken cancellation)
    {
        var reminders = await RemindersAsync(actor.Type, cancellation);
        CheckKey(actor, name, problem => throw ActorErrors.ReminderDelete(problem));
        await reminders.UnregisterAsync(actor, name, cancellation);
    }

    public async Task<Reminder> GetReminderAsync(ActorId actor, string name, CancellationToken cancellation)
    {
        var reminders = await RemindersAsync(actor.Type, cancellation);
        CheckKey(actor, name, problem => throw ActorErrors.ReminderGet(problem));
        return await reminders.FindAsync(actor, name, cancellation) ?? throw ActorErrors.ReminderNotFound(name);
    }

    /// <summary>Lists the reminders of a type hosted here, or of one actor of it.</summary>
    public async Task<IReadOnlyList<Reminder>> ListRemindersAsync(string type, string? id, CancellationToken cancellation)
    {
        CheckReserved(type);
        await RegisteredAsync(cancellation);
        return await Host(type).Reminders.ListAsync(type, id, cancellation);
    }

    public async Task UnregisterRemindersAsync(string type, string? id, CancellationToken cancellation)
    {
        foreach (var reminder in await ListRemindersAsync(type, id, cancellation))
        {
            await Host(type).Reminders.UnregisterAsync(reminder.Actor, reminder.Name, cancellation);
        }
    }

    public async Task RegisterTimerAsync(ActorId actor, string name, ReminderRequest request, CancellationToken cancellation)
    {
        CheckReserved(actor.Type);
        await RegisteredAsync(cancellation);
        CheckName(name);
        if (host()?.Hosts(actor.Type) != true)
        {
            throw ActorErrors.TimerCreate($"can't create timer for actor {actor}: actor type not registered");
        }
        try
        {
            var schedule = Schedule.OfTimer(request.Period);
            var now = time.GetUtcNow();
            var first = string.IsNullOrEmpty(request.DueTime) ? now : Schedule.MomentOfTimer(request.DueTime, now, "due time");
            DateTimeOffset? expires = string.IsNullOrEmpty(request.Ttl) ? null : Schedule.MomentOfTimer(request.Ttl, first, "TTL");
            if (expires < now || expires < first)
            {
                throw new FormatException($"timer {actor}||{name} has already expired: dueTime: {first:u} TTL: {request.Ttl}");
            }
            timers.Set(new ActorTimer(actor, name, CallbackBody.Timer(request), schedule, first, expires));
        }
        catch (FormatException e)
        {
            throw ActorErrors.TimerCreate(e.Message);
        }
    }

    public async Task UnregisterTimerAsync(ActorId actor, string name, CancellationToken cancellation)
    {
        CheckReserved(actor.Type);
        await RegisteredAsync(cancellation);
        timers.Remove(actor, name);
    }

    private ActorHost Host(string type) => host() is { } mine && mine.Hosts(type) ? mine : throw ActorErrors.ReminderNotHosted();

    private ValueTask RegisteredAsync(CancellationToken cancellation) =>
        registered() is { IsCompleted: false } pending ? new ValueTask(pending.WaitAsync(cancellation)) : ValueTask.CompletedTask;

    private async ValueTask<ReminderService> RemindersAsync(string type, CancellationToken cancellation)
    {
        CheckReserved(type);
        await RegisteredAsync(cancellation);
        var mine = Host(type);
        state.Demand();
        return mine.Reminders;
    }

    private static void CheckReserved(string type)
    {
        if (type.StartsWith(ReservedPrefix, StringComparison.Ordinal))
        {
            throw ActorErrors.Reserved(type);
        }
    }

    private static void CheckCall(string what, string? problem)
    {
        if (problem is not null)
        {
            throw ActorErrors.BadCall(what, problem);
        }
    }

    private static void CheckName(string name)
    {
        if (ActorNames.Problem(name) is { } problem)
        {
            throw ActorErrors.BadRequest(problem);
        }
    }

    private static void CheckKey(ActorId actor, string name, Action<string> refuse)
    {
        if (SchedulerName.Problem(SchedulerName.OfReminder(InvocationHeaders.Namespace, actor.Type, actor.Id, name)) is { } problem)
        {
            refuse(problem);
        }
    }
}
