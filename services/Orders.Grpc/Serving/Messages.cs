using Orders.Grpc.Services;
using Orders.V1;

namespace Orders.Grpc.Serving;

internal static class Messages
{
    public static Order Of(FoundOrder order) =>
        new()
        {
            OrderId = order.OrderId,
            CustomerId = order.CustomerId,
            Items =
            {
                order.Items.Select(item => new OrderItem
                {
                    ProductId = item.ProductId,
                    Quantity = item.Quantity,
                    Price = item.UnitPrice,
                }),
            },
            Status = order.Status,
            TotalAmount = order.Total,
            CreatedAt = order.CreatedAt.ToUnixTimeSeconds(),
            Currency = order.Currency,
            Saga = order.Saga,
            Reason = order.Reason ?? "",
            ReasonCode = order.ReasonCode ?? "",
        };
}
