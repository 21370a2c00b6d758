using System.Globalization;
using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Actors;
using Sidecar.Apps;

namespace Sidecar.Api.Grpc;

internal partial class DaprService
{
    private static void BindActors(ServiceBinderBase binder)
    {
        Unary<InvokeActorRequest, InvokeActorResponse>(binder, nameof(InvokeActor));
        Unary<GetActorStateRequest, GetActorStateResponse>(binder, nameof(GetActorState));
        Unary<ExecuteActorStateTransactionRequest, Empty>(binder, nameof(ExecuteActorStateTransaction));
        Unary<RegisterActorReminderRequest, Empty>(binder, nameof(RegisterActorReminder));
        Unary<UnregisterActorReminderRequest, Empty>(binder, nameof(UnregisterActorReminder));
        Unary<GetActorReminderRequest, GetActorReminderResponse>(binder, nameof(GetActorReminder));
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
        var reply = await Of(context).Actors.InvokeAsync(new ActorId(request.ActorType, request.ActorId), call, context.CancellationToken);
        return new InvokeActorResponse { Data = UnsafeByteOperations.UnsafeWrap(reply.Body) };
    }

    public virtual async Task<GetActorStateResponse> GetActorState(GetActorStateRequest request, ServerCallContext context)
    {
        var response = new GetActorStateResponse();
        if (await Of(context).Actors.GetStateAsync(new ActorId(request.ActorType, request.ActorId), request.Key, context.CancellationToken) is { } entry)
        {
            response.Data = UnsafeByteOperations.UnsafeWrap(entry.Value);
            if (entry.ExpiresAt is { } expires)
            {
                response.Metadata["ttlExpireTime"] = expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            }
        }
        return response;
    }

    public virtual async Task<Empty> ExecuteActorStateTransaction(ExecuteActorStateTransactionRequest request, ServerCallContext context)
    {
        var writes = request.Operations.Select(operation => operation.OperationType switch
        {
            "upsert" => new ActorStateWrite(operation.Key, operation.Value?.Value.Memory ?? default, operation.Metadata),
            "delete" => new ActorStateWrite(operation.Key, null, operation.Metadata),
            var other => throw ActorErrors.StateSave($"operation type {other} not supported"),
        }).ToList();
        await Of(context).Actors.WriteStateAsync(new ActorId(request.ActorType, request.ActorId), writes, context.CancellationToken);
        return new Empty();
    }

    public virtual async Task<Empty> RegisterActorReminder(RegisterActorReminderRequest request, ServerCallContext context)
    {
        await Of(context).Actors.RegisterReminderAsync(new ActorId(request.ActorType, request.ActorId), request.Name, new ReminderRequest(request.DueTime, request.Period, request.Ttl, Json(request.Data)), context.CancellationToken);
        return new Empty();
    }

    public virtual async Task<Empty> UnregisterActorReminder(UnregisterActorReminderRequest request, ServerCallContext context)
    {
        await Of(context).Actors.UnregisterReminderAsync(new ActorId(request.ActorType, request.ActorId), request.Name, context.CancellationToken);
        return new Empty();
    }

    public virtual async Task<GetActorReminderResponse> GetActorReminder(GetActorReminderRequest request, ServerCallContext context)
    {
        var reminder = await Of(context).Actors.GetReminderAsync(new ActorId(request.ActorType, request.ActorId), request.Name, context.CancellationToken);
        var response = new GetActorReminderResponse { ActorType = reminder.ActorType, ActorId = reminder.ActorId };
        if (!string.IsNullOrEmpty(reminder.DueTime))
        {
            response.DueTime = reminder.DueTime;
        }
        if (!string.IsNullOrEmpty(reminder.Period))
        {
            response.Period = reminder.Period;
        }
        if (!string.IsNullOrEmpty(reminder.Ttl))
        {
            response.Ttl = reminder.Ttl;
        }
        if (reminder.Data is { } data)
        {
            response.Data = Any.Pack(new BytesValue { Value = ByteString.CopyFromUtf8(data.GetRawText()) });
        }
        return response;
    }

    public virtual Task<Empty> RegisterActorTimer(RegisterActorTimerRequest request, ServerCallContext context)
    {
        Of(context).Actors.RegisterTimer(new ActorId(request.ActorType, request.ActorId), request.Name, new ReminderRequest(request.DueTime, request.Period, request.Ttl, Json(request.Data), request.Callback));
        return Task.FromResult(new Empty());
    }

    public virtual Task<Empty> UnregisterActorTimer(UnregisterActorTimerRequest request, ServerCallContext context)
    {
        Of(context).Actors.UnregisterTimer(new ActorId(request.ActorType, request.ActorId), request.Name);
        return Task.FromResult(new Empty());
    }

    /// <summary>Data goes into a JSON body: JSON as it is, anything else in base64.</summary>
    private static JsonElement? Json(ByteString data)
    {
        if (data.IsEmpty)
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(data.Span);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(data.ToBase64());
        }
    }
}
