using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Actors;
using Sidecar.Actors.Reminders;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.Jobs;
using Sidecar.Timers;
using static Sidecar.Api.Grpc.DaprService;

namespace Sidecar.Api.Grpc;

/// <summary>The actors building block over gRPC.</summary>
[BindServiceMethod(typeof(ActorsService), nameof(Bind))]
internal class ActorsService
{
    public static void Bind(ServiceBinderBase binder, ActorsService service)
    {
        Unary<InvokeActorRequest, InvokeActorResponse>(binder, nameof(InvokeActor));
        Unary<GetActorStateRequest, GetActorStateResponse>(binder, nameof(GetActorState));
        Unary<ExecuteActorStateTransactionRequest, Empty>(binder, nameof(ExecuteActorStateTransaction));
        Unary<RegisterActorReminderRequest, Empty>(binder, nameof(RegisterActorReminder));
        Unary<UnregisterActorReminderRequest, Empty>(binder, nameof(UnregisterActorReminder));
        Unary<GetActorReminderRequest, GetActorReminderResponse>(binder, nameof(GetActorReminder));
        Unary<ListActorRemindersRequest, ListActorRemindersResponse>(binder, nameof(ListActorReminders));
        Unary<UnregisterActorRemindersByTypeRequest, UnregisterActorRemindersByTypeResponse>(
            binder,
            nameof(UnregisterActorRemindersByType)
        );
        binder.AddMethod(
            ProtoMethod.Create<SubscribeActorEventsRequestAlpha1, SubscribeActorEventsResponseAlpha1>(
                Name,
                nameof(SubscribeActorEventsAlpha1),
                MethodType.DuplexStreaming
            ),
            (DuplexStreamingServerMethod<SubscribeActorEventsRequestAlpha1, SubscribeActorEventsResponseAlpha1>?)null
        );
        Unary<RegisterActorTimerRequest, Empty>(binder, nameof(RegisterActorTimer));
        Unary<UnregisterActorTimerRequest, Empty>(binder, nameof(UnregisterActorTimer));
    }

    public virtual async Task<InvokeActorResponse> InvokeActor(InvokeActorRequest request, ServerCallContext context)
    {
        var headers = request.Metadata.Select(item => KeyValuePair.Create(item.Key, item.Value)).ToList();
        var reentrancy = context.RequestHeaders.GetValue(ActorHost.ReentrancyHeader.ToLowerInvariant());
        if (reentrancy is not null && !request.Metadata.ContainsKey(ActorHost.ReentrancyHeader))
        {
            headers.Add(KeyValuePair.Create(ActorHost.ReentrancyHeader, reentrancy));
        }
        var call = new InvocationCall("PUT", request.Method, "", null, request.Data.Memory, headers);
        var reply = await Of(context)
            .Blocks.Actors.InvokeAsync(new ActorId(request.ActorType, request.ActorId), call, context.CancellationToken);
        return new InvokeActorResponse { Data = UnsafeByteOperations.UnsafeWrap(reply.Body) };
    }

    public virtual async Task<GetActorStateResponse> GetActorState(GetActorStateRequest request, ServerCallContext context)
    {
        var response = new GetActorStateResponse();
        if (
            await Of(context)
                .Blocks.Actors.GetStateAsync(new ActorId(request.ActorType, request.ActorId), request.Key, context.CancellationToken) is
            { } entry
        )
        {
            response.Data = UnsafeByteOperations.UnsafeWrap(entry.Value);
            if (entry.ExpiresAt is { } expires)
            {
                response.Metadata["ttlExpireTime"] = GoTime.UtcText(expires);
            }
        }
        return response;
    }

    public virtual async Task<Empty> ExecuteActorStateTransaction(ExecuteActorStateTransactionRequest request, ServerCallContext context)
    {
        var writes = request
            .Operations.Select(operation =>
                operation.OperationType switch
                {
                    "upsert" => new ActorStateWrite(operation.Key, operation.Value?.Value.Memory ?? default, operation.Metadata),
                    "delete" => new ActorStateWrite(operation.Key, null, operation.Metadata),
                    var other => throw StateErrors.OperationUnknown(other),
                }
            )
            .ToList();
        await Of(context)
            .Blocks.Actors.WriteStateAsync(new ActorId(request.ActorType, request.ActorId), () => writes, context.CancellationToken);
        return new Empty();
    }

    public virtual async Task<Empty> RegisterActorReminder(RegisterActorReminderRequest request, ServerCallContext context)
    {
        await Of(context)
            .Blocks.Actors.RegisterReminderAsync(
                new ActorId(request.ActorType, request.ActorId),
                request.Name,
                new ReminderRequest(
                    request.DueTime,
                    request.Period,
                    request.Ttl,
                    Json(request.Data),
                    null,
                    !request.HasOverwrite || request.Overwrite,
                    FailurePolicy.From(request.FailurePolicy)
                ),
                context.CancellationToken
            );
        return new Empty();
    }

    public virtual async Task<Empty> UnregisterActorReminder(UnregisterActorReminderRequest request, ServerCallContext context)
    {
        await Of(context)
            .Blocks.Actors.UnregisterReminderAsync(
                new ActorId(request.ActorType, request.ActorId),
                request.Name,
                context.CancellationToken
            );
        return new Empty();
    }

    public virtual async Task<GetActorReminderResponse> GetActorReminder(GetActorReminderRequest request, ServerCallContext context)
    {
        var reminder = await Of(context)
            .Blocks.Actors.GetReminderAsync(new ActorId(request.ActorType, request.ActorId), request.Name, context.CancellationToken);
        var shown = Shown(reminder);
        var response = new GetActorReminderResponse
        {
            ActorType = shown.ActorType,
            ActorId = shown.ActorId,
            Data = shown.Data,
        };
        if (shown.HasDueTime)
        {
            response.DueTime = shown.DueTime;
        }
        if (shown.HasPeriod)
        {
            response.Period = shown.Period;
        }
        if (shown.HasTtl)
        {
            response.Ttl = shown.Ttl;
        }
        return response;
    }

    public virtual async Task<ListActorRemindersResponse> ListActorReminders(ListActorRemindersRequest request, ServerCallContext context)
    {
        var found = await Of(context)
            .Blocks.Actors.ListRemindersAsync(request.ActorType, request.HasActorId ? request.ActorId : null, context.CancellationToken);
        return new ListActorRemindersResponse
        {
            Reminders = { found.Select(reminder => new NamedActorReminder { Name = reminder.Name, Reminder = Shown(reminder) }) },
        };
    }

    public virtual async Task<UnregisterActorRemindersByTypeResponse> UnregisterActorRemindersByType(
        UnregisterActorRemindersByTypeRequest request,
        ServerCallContext context
    )
    {
        await Of(context)
            .Blocks.Actors.UnregisterRemindersAsync(
                request.ActorType,
                request.HasActorId ? request.ActorId : null,
                context.CancellationToken
            );
        return new UnregisterActorRemindersByTypeResponse();
    }

    /// <summary>A reminder in daprd's form: the period in the scheduler's format.</summary>
    private static ActorReminder Shown(Reminder reminder)
    {
        var shown = new ActorReminder { ActorType = reminder.ActorType, ActorId = reminder.ActorId };
        if (!string.IsNullOrEmpty(reminder.DueTime))
        {
            shown.DueTime = reminder.DueTime;
        }
        if (Schedule.Shown(reminder.Period) is { } period)
        {
            shown.Period = period;
        }
        if (!string.IsNullOrEmpty(reminder.Ttl))
        {
            shown.Ttl = reminder.Ttl;
        }
        if (reminder.Data.ValueKind != JsonValueKind.Undefined)
        {
            shown.Data = Any.Pack(new BytesValue { Value = ByteString.CopyFromUtf8(reminder.Data.GetRawText()) });
        }
        return shown;
    }

    public virtual async Task<Empty> RegisterActorTimer(RegisterActorTimerRequest request, ServerCallContext context)
    {
        await Of(context)
            .Blocks.Actors.RegisterTimerAsync(
                new ActorId(request.ActorType, request.ActorId),
                request.Name,
                new ReminderRequest(request.DueTime, request.Period, request.Ttl, Json(request.Data), request.Callback),
                context.CancellationToken
            );
        return new Empty();
    }

    /// <summary>Hosts the app's actors for as long as the app keeps this stream open.</summary>
    public virtual async Task SubscribeActorEventsAlpha1(
        IAsyncStreamReader<SubscribeActorEventsRequestAlpha1> answers,
        IServerStreamWriter<SubscribeActorEventsResponseAlpha1> requests,
        ServerCallContext context
    )
    {
        var sidecar = Of(context);
        if (sidecar.Options is { AppPort: > 0, AppIsGrpc: false })
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, "actor callback streaming requires a gRPC app channel"));
        }
        if (!await answers.MoveNext(context.CancellationToken) || answers.Current.InitialRequest is not { } initial)
        {
            throw new RpcException(
                new Status(StatusCode.InvalidArgument, "first message must be SubscribeActorEventsRequestInitialAlpha1")
            );
        }
        using var stream = new ActorStream(requests);
        await using var hosted = await sidecar.HostActorsAsync(ActorTypes.Of(initial), stream, context.CancellationToken);
        await stream.OpenAsync(context.CancellationToken);
        while (await NextAsync(answers, context))
        {
            stream.Answered(answers.Current);
        }
    }

    public virtual async Task<Empty> UnregisterActorTimer(UnregisterActorTimerRequest request, ServerCallContext context)
    {
        await Of(context)
            .Blocks.Actors.UnregisterTimerAsync(new ActorId(request.ActorType, request.ActorId), request.Name, context.CancellationToken);
        return new Empty();
    }

    /// <summary>Writes data to a JSON body in base64.</summary>
    private static JsonElement Json(ByteString data) => data.IsEmpty ? default : JsonSerializer.SerializeToElement(data.ToBase64());
}
