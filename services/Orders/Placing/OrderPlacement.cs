using Dapr.Workflow;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Orders.Choreography;
using Orders.Ordering;
using Orders.Saga;
using Orders.Services;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Placing;

/// <summary>
/// Takes an order: asks for customer and prices, then starts the saga. From that answer on the order is safe, whatever dies. An
/// orchestrated order is written down by the saga's first step; a choreographed one here, and publishing its first event is what
/// starts it. Its workflow is the time-out, which also writes the order if this process dies in between.
/// </summary>
internal sealed class OrderPlacement(CustomersClient customers, InventoryClient inventory, OrderStreams streams, IDaprWorkflowClient workflows, IOptions<SagaOptions> options, TimeProvider time)
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
        if (idempotencyKey is not null && await FindEarlierAsync(orderId, cancellation) is { } earlier)
        {
            return await SameOrderAsync(orderId, earlier, hash, cancellation);
        }
        var input = await PrepareAsync(request with { Saga = saga }, orderId, hash, cancellation);
        return input.Refusal is { } refusal ? refusal : await StartAsync(input.Value!, cancellation);
    }

    private async Task<Outcome<OrderSagaInput>> PrepareAsync(PlaceOrder request, string orderId, string hash, CancellationToken cancellation)
    {
        var asking = customers.FindAsync(request.CustomerId!, cancellation);
        var prices = await inventory.PricesAsync([.. request.Items!.Select(item => item!.ProductId!).Distinct(StringComparer.Ordinal)], cancellation);
        var customer = await asking;
        if (customer.Value is not { } known)
        {
            return customer.Refusal!.Status == StatusCodes.Status404NotFound ? Refusal.Unprocessable("customer-unknown", $"There is no customer '{request.CustomerId}'.") : customer.Refusal;
        }
        if (prices.Value is not { } catalogue)
        {
            return prices.Refusal!;
        }
        if (request.Items!.FirstOrDefault(item => !catalogue.ContainsKey(item!.ProductId!)) is { } unknown)
        {
            return Refusal.Unprocessable("product-unknown", $"There is no product '{unknown.ProductId}'.");
        }
        var lines = request.Items!.Select(item => new OrderLine(item!.ProductId!, item.Quantity, catalogue[item.ProductId!].Price)).ToList();
        var total = OrderTotal.Of(lines);
        if (total.Refusal is { } tooMuch)
        {
            return tooMuch;
        }
        var address = known.Address;
        return new OrderSagaInput(
            orderId, known.CustomerId, lines, total.Value, catalogue[lines[0].ProductId].Currency, request.PaymentToken!,
            new DestinationInfo(known.Name, address.Line1, address.City, address.PostalCode, address.Country), time.GetUtcNow(), hash, options.Value.ToRetries())
        {
            RequestId = RequestId.Current,
            Saga = request.Saga == SagaKinds.Choreography ? request.Saga : null,
            Approval = options.Value.ApprovalLimit is null ? null : options.Value.ToApproval(),
            StuckAfter = request.Saga == SagaKinds.Choreography ? options.Value.StuckAfter : null,
        };
    }

    private async Task<Outcome<string>> StartAsync(OrderSagaInput input, CancellationToken cancellation)
    {
        var choreographed = input.Saga == SagaKinds.Choreography;
        try
        {
            await workflows.ScheduleNewWorkflowAsync(
                choreographed ? nameof(ChoreographyWatch) : nameof(OrderSaga), input.OrderId, input, choreographed ? input.PlacedAt + input.StuckAfter : null, cancellation);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            var earlier = await FindEarlierAsync(input.OrderId, cancellation) ?? throw new InvalidOperationException($"order '{input.OrderId}' exists and can't be found", e);
            return await SameOrderAsync(input.OrderId, earlier, input.RequestHash, cancellation);
        }
        if (choreographed)
        {
            await streams.CreateAsync(input.OrderId, input.ToCreated(), cancellation, input.ToBrief());
        }
        return input.OrderId;
    }

    private async Task<OrderSagaInput?> FindEarlierAsync(string orderId, CancellationToken cancellation)
        => await workflows.GetWorkflowStateAsync(orderId, getInputsAndOutputs: true, cancellation) is { Exists: true } state ? state.ReadInputAs<OrderSagaInput>() : null;

    private async Task<Outcome<string>> SameOrderAsync(string orderId, OrderSagaInput earlier, string hash, CancellationToken cancellation)
    {
        if (earlier.RequestHash != hash)
        {
            return Refusal.Unprocessable("idempotency-key-reused", $"This {IdempotencyKey.Header} was used for another request.");
        }
        if (earlier.Saga == SagaKinds.Choreography)
        {
            // Whoever placed it first may have died before writing it down.
            await streams.CreateAsync(orderId, earlier.ToCreated(), cancellation, earlier.ToBrief());
        }
        return orderId;
    }
}
