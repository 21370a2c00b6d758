using Dapr.Workflow;
using Microsoft.Extensions.Options;
using Orders.Ordering;
using Orders.Saga;
using Orders.Services;
using Orders.Streams;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Placing;

/// <summary>
/// Places an order: reads customer and prices, writes the order with its first event, then starts its saga. A repeated request starts a
/// saga that did not start because of a crash (decision 108).
/// </summary>
internal sealed partial class OrderPlacement(
    CustomersClient customers,
    InventoryClient inventory,
    OrderStreams streams,
    SagaStarter sagas,
    IDaprWorkflowClient workflows,
    UnfinishedOrders unfinished,
    IOptions<SagaOptions> options,
    TimeProvider time,
    ILogger<OrderPlacement> logger
)
{
    public async Task<Outcome<string>> PlaceAsync(PlaceOrder request, string? idempotencyKey, CancellationToken cancellation)
    {
        if (PlaceOrderRules.Check(request) is { } invalid)
        {
            return invalid;
        }
        var id = IdempotencyKey.OrderId(idempotencyKey, request.CustomerId!);
        if (id.Value is not { } orderId)
        {
            return id;
        }
        var saga = request.Saga ?? options.Value.Default;
        var hash = IdempotencyKey.HashOf(request with { Saga = saga });
        if (idempotencyKey is not null && await streams.FindAsync(orderId, cancellation) is { } earlier)
        {
            return await StartSagaAsync(orderId, earlier, hash, cancellation);
        }
        var begun = unfinished.Begin(request.CustomerId!, orderId);
        if (begun.Value is null)
        {
            return begun.Refusal!;
        }
        using var order = begun.Value;
        var input = await PrepareAsync(request with { Saga = saga }, orderId, hash, cancellation);
        if (input.Value is not { } placed)
        {
            return input.Refusal!;
        }
        var written = await streams.PlaceAsync(placed, cancellation);
        if (written.Value is not { } stream)
        {
            return written.Refusal!;
        }
        // A concurrent request with the same key may have placed it, and it may have ended or begun to wait for a person since.
        if (stream.Placed is not null && stream.Fold() is not { WaitsForPerson: true })
        {
            _ = order.Accept();
        }
        return await StartSagaAsync(orderId, stream, hash, cancellation);
    }

    private async Task<Outcome<PlacedOrder>> PrepareAsync(PlaceOrder request, string orderId, string hash, CancellationToken cancellation)
    {
        var customerLookup = customers.FindAsync(request.CustomerId!, cancellation);
        var prices = await inventory.PricesAsync(
            [.. request.Items!.Select(item => item!.ProductId!).Distinct(StringComparer.Ordinal)],
            cancellation
        );
        var customer = await customerLookup;
        if (customer.Value is not { } known)
        {
            return customer.Refusal!.Kind == RefusalKind.NotFound
                ? Refusal.Unprocessable("customer-unknown", $"There is no customer '{request.CustomerId}'.")
                : customer.Refusal;
        }
        if (prices.Value is not { } catalogue)
        {
            return prices.Refusal!;
        }
        if (request.Items!.FirstOrDefault(item => !catalogue.ContainsKey(item!.ProductId!)) is { } unknown)
        {
            return Refusal.Unprocessable("product-unknown", $"There is no product '{unknown.ProductId}'.");
        }
        if (StockCheck.Refuse(request.Items!, catalogue) is { } outOfStock)
        {
            return outOfStock;
        }
        var lines = request
            .Items!.Select(item => new OrderLine(item!.ProductId!, item.Quantity, catalogue[item.ProductId!].Price))
            .ToList();
        var total = OrderTotal.Of(lines);
        if (total.Refusal is { } tooMuch)
        {
            return tooMuch;
        }
        var address = known.Address;
        return new PlacedOrder(
            orderId,
            known.CustomerId,
            lines,
            total.Value,
            catalogue[lines[0].ProductId].Currency,
            request.PaymentToken!,
            new Destination(known.Name, address.Line1, address.City, address.PostalCode, address.Country),
            time.GetUtcNow(),
            hash,
            options.Value.ToRetries()
        )
        {
            RequestId = RequestId.Current,
            Saga = request.Saga == SagaKinds.Choreography ? request.Saga : null,
            Approval = options.Value.ApprovalLimit is null ? null : options.Value.ToApproval(),
            StuckAfter = request.Saga == SagaKinds.Choreography ? options.Value.StuckAfter : null,
        };
    }

    /// <summary>
    /// Starts the saga of a stored order unless the order has ended, also for a repeated request. Refused if the key belongs to another
    /// request. An order whose saga could not be started is placed nevertheless, and the search for open orders starts it: after a 503, a
    /// client without a key would place a second order. An order that has waited for an operator is being undone, and that search replaces
    /// its saga if it is gone: started here, the saga would go forward and could ship goods whose payment is about to be given back.
    /// </summary>
    private async Task<Outcome<string>> StartSagaAsync(string orderId, OrderStream stream, string hash, CancellationToken cancellation)
    {
        if ((stream.RequestHash ?? await HashOfOlderAsync(orderId, cancellation)) is { } known && known != hash)
        {
            return Refusal.Unprocessable("idempotency-key-reused", $"This {IdempotencyKey.Header} was used for another request.");
        }
        if (stream is { Placed: { } placed } && stream.Fold() is not { Interventions.Count: > 0 })
        {
            try
            {
                await sagas.StartAsync(placed, cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogNotStarted(e, orderId);
            }
        }
        return orderId;
    }

    /// <summary>Older orders have the hash only in the input of their workflow.</summary>
    private async Task<string?> HashOfOlderAsync(string orderId, CancellationToken cancellation) =>
        await workflows.GetWorkflowStateAsync(orderId, getInputsAndOutputs: true, cancellation) is { Exists: true } state
            ? state.ReadInputAs<PlacedOrder>()?.RequestHash
            : null;

    [LoggerMessage(1003, LogLevel.Warning, "The saga of order {OrderId} could not be started; the search for open orders starts it")]
    private partial void LogNotStarted(Exception failure, string orderId);
}
