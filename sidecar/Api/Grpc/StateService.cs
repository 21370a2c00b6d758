using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.State;
using Sidecar.Tracing;
using static Sidecar.Api.Grpc.DaprService;

namespace Sidecar.Api.Grpc;

/// <summary>The state building block over gRPC.</summary>
[BindServiceMethod(typeof(StateService), nameof(Bind))]
internal class StateService
{
    public static void Bind(ServiceBinderBase binder, StateService service)
    {
        Unary<GetStateRequest, GetStateResponse>(binder, nameof(GetState));
        Unary<GetBulkStateRequest, GetBulkStateResponse>(binder, nameof(GetBulkState));
        Unary<SaveStateRequest, Empty>(binder, nameof(SaveState));
        Unary<DeleteStateRequest, Empty>(binder, nameof(DeleteState));
        Unary<DeleteBulkStateRequest, Empty>(binder, nameof(DeleteBulkState));
        Unary<ExecuteStateTransactionRequest, Empty>(binder, nameof(ExecuteStateTransaction));
        Unary<QueryStateRequest, QueryStateResponse>(binder, nameof(QueryStateAlpha1));
    }

    public virtual async Task<GetStateResponse> GetState(GetStateRequest request, ServerCallContext context)
    {
        var entry = await Of(context).Blocks.State.GetAsync(request.StoreName, request.Key, context.CancellationToken);
        var response = new GetStateResponse();
        if (entry is not null)
        {
            response.Data = UnsafeByteOperations.UnsafeWrap(entry.Value);
            response.Etag = entry.ETag;
            AddExpiry(response.Metadata, entry);
        }
        return response;
    }

    public virtual async Task<GetBulkStateResponse> GetBulkState(GetBulkStateRequest request, ServerCallContext context)
    {
        var items = await Of(context).Blocks.State.GetManyAsync(request.StoreName, request.Keys, context.CancellationToken);
        var response = new GetBulkStateResponse();
        foreach (var item in items)
        {
            var answer = new BulkStateItem { Key = item.Key, Error = item.Error ?? "" };
            if (item.Entry is { } entry)
            {
                answer.Data = UnsafeByteOperations.UnsafeWrap(entry.Value);
                answer.Etag = entry.ETag;
                AddExpiry(answer.Metadata, entry);
            }
            response.Items.Add(answer);
        }
        return response;
    }

    public virtual async Task<Empty> SaveState(SaveStateRequest request, ServerCallContext context)
    {
        var state = Of(context).Blocks.State;
        state.Demand(request.StoreName);
        if (request.States.Any(item => item.Key.Length == 0))
        {
            throw StateErrors.KeyEmpty();
        }
        if (request.States.Count > 0)
        {
            await state.SaveAsync(request.StoreName, [.. request.States.Select(SaveJson)], context.CancellationToken);
        }
        return new Empty();
    }

    public virtual async Task<Empty> DeleteState(DeleteStateRequest request, ServerCallContext context)
    {
        await Of(context)
            .Blocks.State.DeleteAsync(
                request.StoreName,
                new DeleteRequest(request.Key, request.Etag?.Value, Concurrency(request.Options), Consistency(request.Options)),
                context.CancellationToken
            );
        return new Empty();
    }

    public virtual async Task<Empty> DeleteBulkState(DeleteBulkStateRequest request, ServerCallContext context)
    {
        await Of(context).Blocks.State.DeleteManyAsync(request.StoreName, [.. request.States.Select(Delete)], context.CancellationToken);
        return new Empty();
    }

    public virtual async Task<Empty> ExecuteStateTransaction(ExecuteStateTransactionRequest request, ServerCallContext context)
    {
        var state = Of(context).Blocks.State;
        state.DemandTransactional(request.StoreName);
        var operations = request.Operations.Select(Operation).OfType<TransactionOperation>().ToList();
        await state.TransactAsync(request.StoreName, operations, TraceContext.Of(context.GetHttpContext()), context.CancellationToken);
        return new Empty();
    }

    public virtual Task<QueryStateResponse> QueryStateAlpha1(QueryStateRequest request, ServerCallContext context) =>
        throw Of(context).Blocks.State.Query(request.StoreName);

    /// <summary>Null if there is nothing to do: the request is missing, which daprd accepts.</summary>
    private static TransactionOperation? Operation(TransactionalStateOperation operation) =>
        operation switch
        {
            { OperationType: not ("upsert" or "delete") } => throw StateErrors.OperationUnknown(operation.OperationType),
            { Request: null } => null,
            { OperationType: "upsert" } => new TransactionOperation(Save(operation.Request), null),
            _ => new TransactionOperation(null, Delete(operation.Request)),
        };

    private static SaveRequest Save(StateItem item) =>
        new(item.Key, item.Value.Memory, item.Etag?.Value, Concurrency(item.Options), Consistency(item.Options), item.Metadata);

    /// <summary>Stores a value that is declared as JSON in daprd's format; a value that is not JSON fails the call.</summary>
    private static SaveRequest SaveJson(StateItem item)
    {
        if (!item.Metadata.TryGetValue("contentType", out var contentType) || contentType != "application/json")
        {
            return Save(item);
        }
        try
        {
            using var json = GoJsonBody.Parse(item.Value.Span);
            return Save(item) with { Value = GoJson.Encode(json.RootElement), IsJson = true, Sent = item.Value.Memory };
        }
        catch (FormatException e)
        {
            throw new RpcException(new Status(StatusCode.Unknown, e.Message == "EOF" ? "unexpected end of JSON input" : e.Message));
        }
    }

    private static DeleteRequest Delete(StateItem item) =>
        new(item.Key, item.Etag?.Value, Concurrency(item.Options), Consistency(item.Options));

    private static string? Concurrency(StateOptions? options) =>
        options?.Concurrency switch
        {
            StateOptions.Types.StateConcurrency.ConcurrencyFirstWrite => "first-write",
            StateOptions.Types.StateConcurrency.ConcurrencyLastWrite => "last-write",
            _ => null,
        };

    private static string? Consistency(StateOptions? options) =>
        options?.Consistency switch
        {
            StateOptions.Types.StateConsistency.ConsistencyEventual => "eventual",
            StateOptions.Types.StateConsistency.ConsistencyStrong => "strong",
            _ => null,
        };

    private static void AddExpiry(IDictionary<string, string> metadata, StateEntry entry)
    {
        if (entry.ExpiresAt is { } expires)
        {
            metadata["ttlExpireTime"] = GoTime.UtcText(expires);
        }
    }
}
